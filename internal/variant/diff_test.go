package variant

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDiff(t *testing.T) {
	require.Empty(t, Diff("x.go", []byte("a\r\n"), "x.go", []byte("a\n")), "line ends alone are no difference")
	require.Equal(t, `diff --git a/dir/x.go b/dir/x.go
--- a/dir/x.go
+++ b/dir/x.go
@@ -1,2 +1,2 @@
 a
-b
+c
`, string(Diff("dir/x.go", []byte("a\nb\n"), "dir/x.go", []byte("a\nc\n"))))
}

// git must make the new files of the old ones, whatever became of them.
func TestGitAppliesDiffFiles(t *testing.T) {
	long := "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n"
	old := Files{
		"changed.go":    []byte("a\n" + long + "b\n"),
		"same.go":       []byte("same\n"),
		"removed.go":    []byte("x\ny\n"),
		"endless.go":    []byte("a\nb"),
		"emptied.go":    []byte("a\n"),
		"filled.go":     {},
		"empty-gone.go": {},
	}
	new := Files{
		"changed.go":   []byte("A\n" + long + "B\n"),
		"same.go":      []byte("same\r\n"),
		"shop/main.go": []byte("package main\n"),
		"endless.go":   []byte("a\nc"),
		"emptied.go":   {},
		"filled.go":    []byte("a"),
		"empty-new.go": {},
	}
	out := DiffFiles("steps/01-x", old, new)
	require.Equal(t, string(out), string(DiffFiles("steps/01-x", old, new)), "the order is fixed")
	require.NotContains(t, string(out), "same.go")
	require.Empty(t, DiffFiles("steps/01-x", old, old))

	root := t.TempDir()
	git := gitAt(t, root)
	if git == nil {
		t.Skip("git is not installed")
	}
	for key, data := range old {
		write(t, root, "steps/01-x/"+key, string(data))
	}
	write(t, root, "d.diff", string(out))
	msg, err := git("apply", "d.diff")
	require.NoError(t, err, "%s\n%s", msg, out)
	got, err := Step(root, "01-x")
	require.NoError(t, err)
	want := texts(new)
	want["same.go"] = "same\n"
	require.Equal(t, want, texts(got))
}
