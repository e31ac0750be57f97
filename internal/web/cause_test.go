package web

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What is indented in a cause is shown as it is, and the rest is prose.
func TestCause(t *testing.T) {
	require.Empty(t, causeOf(""))
	require.Equal(t, []causePart{{Text: "One thing.\nAnd more."}}, causeOf("One thing.\nAnd more."))
	require.Equal(t, []causePart{
		{Text: "It got through."},
		{Text: "- old\n+ new\n\nwant   a\n  b", Shown: true},
		{Text: "So it is."},
	}, causeOf("It got through.\n\n  - old\n  + new\n\n  want   a\n    b\n\nSo it is."))
	require.Equal(t, []causePart{
		{Text: "- old\n+ new\n… (2 lines more)", Shown: true, Diff: []diffLine{{"del", "- old"}, {"add", "+ new"}, {"", "… (2 lines more)"}}},
	}, causeOf("  - old\n  + new\n  … (2 lines more)"), "a diff")
}
