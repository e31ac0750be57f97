package web

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What is indented in a cause is shown as it is, and the rest is prose.
func TestCause(t *testing.T) {
	require.Empty(t, causeOf(""))
	require.Equal(t, []causePart{{"One thing.\nAnd more.", false}}, causeOf("One thing.\nAnd more."))
	require.Equal(t, []causePart{
		{"It got through.", false},
		{"- old\n+ new\n\nwant   a\n  b", true},
		{"So it is.", false},
	}, causeOf("It got through.\n\n  - old\n  + new\n\n  want   a\n    b\n\nSo it is."))
}
