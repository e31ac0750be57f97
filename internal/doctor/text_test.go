package doctor

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestText(t *testing.T) {
	findings := []Finding{
		{"go", OK, "go1.26.8", ""},
		{"port 4318", Warn, "held by another program", "end that program"},
		{"folder", Bad, "not \x1b[2Jours", "first\nthen"},
	}
	draw := func(f []Finding, color bool) string {
		var b bytes.Buffer
		require.NoError(t, Text(&b, f, color))
		return b.String()
	}
	require.Equal(t, `✓ go         go1.26.8
! port 4318  held by another program
             → end that program
✗ folder     not ours
             → first
               then

One thing keeps the workshop from running: do what stands behind its arrow.
`, draw(findings, false))
	require.Contains(t, draw(findings[:2], false), "The workshop runs; what has an arrow could be better.")
	require.Contains(t, draw(findings[:1], false), "All is well. Start it: go run .")
	require.Contains(t, draw(findings, true), "\x1b[31m✗\x1b[0m folder")
	require.Equal(t, OK, Worst(nil))
}
