package variant

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLoad(t *testing.T) {
	root := checkout(t)
	write(t, root, "broken/02-next/another.diff", "Another.\n\nCaught-by: a\n\n"+someDiff("02-next"))
	write(t, root, "broken/02-next/starter.diff", "Starter.\n\n"+someDiff("02-next"))
	write(t, root, "broken/README.md", "not a variant")

	vs, err := Load(root)
	require.NoError(t, err)
	var got []string
	for _, v := range vs {
		got = append(got, v.Step+"/"+v.Name)
	}
	require.Equal(t, []string{"01-minimal/starter", "01-minimal/unknown-service", "02-next/another", "02-next/starter"}, got)
	require.Equal(t, "broken/01-minimal/starter.diff", vs[0].Path)

	alternatives, err := LoadDir(root, "solutions/01-minimal/alternatives")
	require.NoError(t, err)
	require.Len(t, alternatives, 1)
	require.Equal(t, "constant", alternatives[0].Name)
	require.Equal(t, "01-minimal", alternatives[0].Step)

	none, err := LoadDir(root, "solutions/09-none/alternatives")
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestLoadRefusesANameTwice(t *testing.T) {
	root := checkout(t)
	write(t, root, "broken/02-next/unknown-service.diff", "Another.\n\nCaught-by: a\n\n"+someDiff("02-next"))
	_, err := Load(root)
	require.ErrorContains(t, err, "broken/01-minimal/unknown-service.diff and broken/02-next/unknown-service.diff have one name")
}

func TestLoadNamesTheVariantThatDoesNotParse(t *testing.T) {
	root := checkout(t)
	write(t, root, "broken/01-minimal/worse.diff", "No checks.\n\n"+goodDiff)
	_, err := Load(root)
	require.ErrorContains(t, err, "variant broken/01-minimal/worse.diff: ")
}

func TestFind(t *testing.T) {
	root := checkout(t)
	write(t, root, "broken/02-next/starter.diff", "Starter.\n\n"+someDiff("02-next"))
	vs, err := Load(root)
	require.NoError(t, err)

	for name, want := range map[string]string{
		"unknown-service":    "broken/01-minimal/unknown-service.diff",
		"01/unknown-service": "broken/01-minimal/unknown-service.diff",
		"01/starter":         "broken/01-minimal/starter.diff",
		"02-next/starter":    "broken/02-next/starter.diff",
	} {
		v, err := Find(vs, name)
		require.NoError(t, err, name)
		require.Equal(t, want, v.Path, name)
	}

	_, err = Find(vs, "starter")
	require.ErrorContains(t, err, "say 01-minimal/starter or 02-next/starter")

	for name, nearest := range map[string]string{
		"unkown-servce":      "unknown-service",
		"unknown-service ":   "unknown-service",
		"startr":             "01-minimal/starter",
		"02/unknown-service": "unknown-service",
		"":                   "",
		"quite-different":    "",
	} {
		_, err := Find(vs, name)
		var unknown *UnknownError
		require.ErrorAs(t, err, &unknown, name)
		require.Equal(t, nearest, unknown.Nearest, name)
		require.Equal(t, []string{"01-minimal/starter", "unknown-service", "02-next/starter"}, unknown.Known)
	}
	_, err = Find(vs, "unkown-service")
	require.EqualError(t, err, "there is no variant \"unkown-service\"; did you mean unknown-service?\nThere are: 01-minimal/starter, unknown-service, 02-next/starter")
	_, err = Find(nil, "x")
	require.ErrorContains(t, err, "none at all below broken/")
}

func TestManyNamesAreNotListed(t *testing.T) {
	e := &UnknownError{Name: "flush-at-exit", Known: []string{"cancelled-flush", "no-shutdown", "exit-without-flush"}}
	for i := range 10 {
		e.Known = append(e.Known, fmt.Sprintf("other-%d", i))
	}
	require.EqualError(t, e, "there is no variant \"flush-at-exit\"\nAlike are: cancelled-flush, exit-without-flush\ngo run . demo lists all 13, and go run . demo WORD those that have it")
	e.Name = "other"
	require.EqualError(t, e, "there is no variant \"other\"\nAlike are: other-0, other-1, other-2, other-3, other-4, other-5, other-6, other-7, other-8, other-9\ngo run . demo lists all 13, and go run . demo WORD those that have it")
	e.Name = "xyz"
	require.EqualError(t, e, "there is no variant \"xyz\"\ngo run . demo lists all 13, and go run . demo WORD those that have it")
}

func TestStepReadsWhatTheGoCommandReads(t *testing.T) {
	root := checkout(t)
	dir := filepath.Join(root, "steps", "01-minimal")
	write(t, dir, "mine/more.go", "package mine\r\n\r\nvar x = `a\rb`\r\n")
	for _, ignored := range []string{"x_test.go", "_off.go", ".#telemetry.go", "testdata/x.go", ".vscode/x.go", "notes.txt"} {
		write(t, dir, ignored, "not Go")
	}
	if err := os.Symlink("nobody@nowhere", filepath.Join(dir, ".#server.go")); err != nil {
		t.Log("no symbolic links here:", err)
	}
	files, err := Step(root, "01-minimal")
	require.NoError(t, err)
	require.Len(t, files, 4)
	require.Equal(t, "package mine\n\nvar x = `a\rb`\n", string(files["mine/more.go"]))

	_, err = Step(root, "07-gone")
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "git restore")
	_, err = Step(root, "../steps/01-minimal")
	require.ErrorContains(t, err, "is no step")
}

func TestHash(t *testing.T) {
	a := Files{"a.go": []byte("x\ny\n"), "b.go": []byte("z")}
	require.Equal(t, Hash(a), Hash(Files{"b.go": []byte("z"), "a.go": []byte("x\r\ny\r\n")}))
	require.True(t, Equal(a, Files{"b.go": []byte("z"), "a.go": []byte("x\r\ny\r\n")}))
	for _, other := range []Files{
		{"a.go": []byte("x\ny\n")},
		{"a.go": []byte("x\ny\n"), "c.go": []byte("z")},
		{"a.go": []byte("x\n"), "b.go": []byte("y\nz")},
		{"a.go": []byte("x\ny\nb.go 1\nz")},
	} {
		require.NotEqual(t, Hash(a), Hash(other))
		require.False(t, Equal(a, other))
	}
}

// someDiff returns a diff for a step of that name.
func someDiff(step string) string {
	return string(Diff("solutions/"+step+"/x.go", []byte("package x\n"), "solutions/"+step+"/x.go", []byte("package x // y\n")))
}

func TestFinding(t *testing.T) {
	root := t.TempDir()
	v := Variant{Name: "some", Path: "broken/01-minimal/some.diff"}
	finding, err := v.Finding(root)
	require.NoError(t, err)
	require.Empty(t, finding)
	write(t, root, "broken/01-minimal/some.golden", "✗ a-check\r\n\r\n    want   this\r\n")
	finding, err = v.Finding(root)
	require.NoError(t, err)
	require.Equal(t, "✗ a-check\n\n    want   this", finding)
	require.NoError(t, os.Remove(filepath.Join(root, "broken/01-minimal/some.golden")))
	require.NoError(t, os.Mkdir(filepath.Join(root, "broken/01-minimal/some.golden"), 0o755))
	_, err = v.Finding(root)
	require.ErrorContains(t, err, "what the checker says of some")
}

func TestWith(t *testing.T) {
	variants := []Variant{
		{Name: "no-shutdown", Summary: "The Shutdown that Setup returns does nothing.", Scenario: "sigterm"},
		{Name: "cancelled-flush", Summary: "The context is done before the flush.", Scenario: "sigterm"},
		{Name: Starter, Summary: "The starter.", Scenario: "sigterm"},
	}
	for word, want := range map[string]int{"shutdown": 1, " Context ": 1, "sigterm": 2, "flush": 1, "starter": 0, "of": 0, "": 2} {
		require.Len(t, With(variants, word), want, word)
	}
}
