package grader

import (
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/variant"
)

// Versions that share a binary get the reports that each would get alone.
func TestBatch(t *testing.T) {
	root, err := victimRoot()
	require.NoError(t, err)
	b, err := NewBatch(root)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })

	const rest = "func Second() int { return 2 }\nfunc Third() int { return 3 }\n"
	cases := []struct {
		what, first, want string
	}{
		{"right", "func First() int { return 1 }\n", "pass, pass, pass"},
		{"wrong", "func First() int { return 0 }\n", "fail, pass, pass"},
		{"not compiling", "func First() int { return \"one\" }\n", "does not compile, does not compile, does not compile"},
		{"half written", "func First() int {\n", "does not compile, does not compile, does not compile"},
		{"panicking", "func First() int { panic(\"no\") }\n", "crashed, pass, pass"},
		{"exiting, if initialised", "func First() int { return 1 }\n\nfunc init() { os.Exit(0) }\n", "crashed, crashed, crashed"},
		{"exiting in a variable", "func First() int { return 1 }\n\nvar _ = func() int { os.Exit(0); return 0 }()\n", "crashed, crashed, crashed"},
		{"with a package of its own", "func First() int { return one.Value }\n", "pass, pass, pass"},
	}
	versions := make([]*Version, len(cases))
	for i, c := range cases {
		files := variant.Files{"victim.go": []byte("package victim\n\nimport \"os\"\n\nvar _ = os.Args\n\n" + c.first + rest)}
		if c.what == "with a package of its own" {
			files["victim.go"] = []byte("package victim\n\nimport \"otel.workshop/solutions/01-victim/one\"\n\n" + c.first + rest)
			files["one/one.go"] = []byte("package one\n\nconst Value = 1\n")
		}
		versions[i] = b.Add(victimStep, files)
	}
	for i, c := range cases {
		r, err := versions[i].Report(t.Context())
		require.NoError(t, err, c.what)
		require.Equal(t, c.want, outcomes(r), c.what)
		if c.what == "wrong" {
			require.Equal(t, "steps/01-victim/victim.go", r.Results[0].Finding.File)
		}
		if c.what == "panicking" {
			require.Contains(t, r.Results[0].Stack, "First\n    steps/01-victim/victim.go:7")
		}
		if c.what == "not compiling" {
			require.Contains(t, r.Build, "steps/01-victim/victim.go:7:27: cannot use")
		}
	}
}
