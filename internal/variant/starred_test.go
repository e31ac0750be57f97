package variant

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStarred(t *testing.T) {
	root := checkout(t)
	require.Empty(t, Starred(root), "there is no INSTRUCTOR.md")
	write(t, root, "INSTRUCTOR.md", "**`b`** ★ *three of four*\n\nSee **`c`** ★ there.\n\n**`d`** without\n")
	starred := Starred(root)
	require.Equal(t, map[string]bool{"b": true}, starred)

	variants := []Variant{{Step: "01", Name: "a"}, {Step: "01", Name: "b"}, {Step: "02", Name: "c"}}
	StarsFirst(variants, starred)
	require.Equal(t, []string{"b", "a", "c"}, []string{variants[0].Name, variants[1].Name, variants[2].Name})
}

// Each ★ of INSTRUCTOR.md stands at a mistake that there is.
func TestStarsAreMistakes(t *testing.T) {
	starred := Starred("../..")
	require.Greater(t, len(starred), 5)
	variants, err := Load("../..")
	require.NoError(t, err)
	for name := range starred {
		_, err := Find(variants, name)
		require.NoError(t, err)
	}
}
