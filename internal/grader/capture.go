package grader

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// outputCap is how much is kept of each end of what a check prints. A finding
// and a panic with its stacks are far smaller.
const outputCap = 256 << 10

// A captured pipe reads what a process and its children write, and keeps the
// beginning and the end. The pipe is ours, not os/exec's: a grandchild that
// keeps it open must not keep us waiting.
type captured struct {
	r, w *os.File
	done chan struct{}
	kept ends
}

// capture makes cmd write to a captured pipe. Call started after cmd.Start,
// then finish; or close, when it did not start.
func capture(cmd *exec.Cmd) (*captured, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe for the check's output: %w", err)
	}
	cmd.Stdout, cmd.Stderr = w, w
	return &captured{r: r, w: w, done: make(chan struct{})}, nil
}

func (c *captured) close() { _, _ = c.r.Close(), c.w.Close() }

func (c *captured) started() {
	_ = c.w.Close() // the process has its own
	go func() {
		defer close(c.done)
		_, _ = io.Copy(&c.kept, c.r) // it ends with the pipe, or with the deadline
	}()
}

// finish returns what was written. A process that got away and still holds the
// pipe gets a moment, no more.
func (c *captured) finish() string {
	if err := c.r.SetReadDeadline(time.Now().Add(300 * time.Millisecond)); err != nil {
		// No deadlines on pipes here (Windows): closing is the other way out.
		timer := time.AfterFunc(300*time.Millisecond, func() { _ = c.r.Close() })
		defer timer.Stop()
	}
	<-c.done
	// On a busy machine the reader may have had no turn before its deadline, and
	// the last lines, which say how the check ended, are still in the pipe.
	if c.r.SetReadDeadline(time.Now().Add(30*time.Millisecond)) == nil {
		_, _ = io.Copy(&c.kept, c.r)
	}
	_ = c.r.Close()
	return c.kept.String()
}

// ends keeps the first and the last outputCap bytes that are written to it.
type ends struct {
	head, tail []byte
	left       int64 // bytes between the two
}

// Write implements io.Writer. It never fails.
func (e *ends) Write(p []byte) (int, error) {
	n := len(p)
	room := min(outputCap-len(e.head), len(p))
	e.head = append(e.head, p[:room]...)
	e.tail = append(e.tail, p[room:]...)
	if over := len(e.tail) - outputCap; over > outputCap { // trim now and then, not each time
		e.left += int64(over)
		e.tail = append(e.tail[:0], e.tail[over:]...)
	}
	return n, nil
}

func (e *ends) String() string {
	if over := len(e.tail) - outputCap; over > 0 {
		e.left += int64(over)
		e.tail = e.tail[over:]
	}
	if e.left > 0 {
		return fmt.Sprintf("%s\n… %d bytes left out …\n%s", e.head, e.left, e.tail)
	}
	return string(e.head) + string(e.tail)
}
