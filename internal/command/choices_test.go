package command

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/variant"
)

// A summary that the terminal breaks by itself is broken inside a word.
func TestListVariantsKeepsWordsWhole(t *testing.T) {
	variants, err := variant.Load("../..")
	require.NoError(t, err)
	asFile := listVariants(variants, 0)
	for _, width := range []int{80, 100, 200} {
		text := listVariants(variants, width)
		require.Equal(t, strings.Fields(asFile), strings.Fields(text))
		for line := range strings.Lines(text) {
			require.LessOrEqual(t, ansi.StringWidth(strings.TrimRight(line, "\n")), width, line)
		}
	}
	for _, v := range variants {
		if v.Name != variant.Starter {
			require.Contains(t, asFile, v.Summary+"\n", "one line each, for grep")
			break
		}
	}
}
