package grader

import (
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// What was written is read, also when the reader has had no turn before its
// deadline.
func TestLastLinesAreRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // no deadlines on pipes there: the reader ends with the pipe
	}
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer w.Close()
	c := &captured{r: r, w: w, done: make(chan struct{})}
	close(c.done) // by the deadline
	_, err = w.WriteString("--- PASS")
	require.NoError(t, err)
	require.Equal(t, "--- PASS", c.finish())
}
