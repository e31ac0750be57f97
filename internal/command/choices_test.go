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
	starred := variant.Starred("../..")
	asFile := listVariants(variants, starred, 0)
	for _, width := range []int{80, 100, 200} {
		text := listVariants(variants, starred, width)
		require.Equal(t, strings.Fields(asFile), strings.Fields(text))
		for line := range strings.Lines(text) {
			require.LessOrEqual(t, ansi.StringWidth(strings.TrimRight(line, "\n")), width, line)
		}
	}
	require.Contains(t, asFile, "\n★ no-propagator ")
	for _, v := range variants {
		if v.Name != variant.Starter {
			require.Contains(t, asFile, v.Summary+"\n", "one line each, for grep")
			break
		}
	}
}

// The SDK's own metrics are asked for in our environment, and nothing else goes
// from there to a service that is run.
func TestSelfObservation(t *testing.T) {
	set := func(value string) func(string) string {
		return func(name string) string { return map[string]string{"OTEL_GO_X_OBSERVABILITY": value}[name] }
	}
	require.Equal(t, []string{"OTEL_GO_X_OBSERVABILITY=true"}, selfObservation(set("true")))
	require.Empty(t, selfObservation(set("")))
}
