package shop

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Ended tells how a service ended. The zero value says that there was none.
type Ended struct {
	State    string        // "exit status 1", "signal: killed"; "" in the zero value
	ByItself bool          // nobody asked it to
	Killed   bool          // we killed it: what it had not flushed is lost
	Took     time.Duration // from the request to end until it had ended; 0 if ByItself
	Ran      time.Duration // from its start to its end
	Last     []string      // the last lines of its output, as [Options.Output] got them
}

// String says it in one sentence, without the output.
func (e Ended) String() string {
	switch {
	case e.State == "":
		return "the service was not running"
	case e.ByItself:
		return fmt.Sprintf("the service ended by itself after %s (%s): read its last lines, then start it again", short(e.Ran), e.State)
	case e.Killed && canAsk:
		return fmt.Sprintf("the service was still running %s after SIGTERM and was killed, so telemetry that it had not flushed is lost: let it return when its context is done", short(e.Took))
	case e.Killed:
		return "the service was killed, as this system cannot ask a program to end: telemetry that it had not flushed is lost"
	}
	return fmt.Sprintf("the service stopped in %s (%s)", short(e.Took), e.State)
}

// A StartError is a service that was started and never accepted a connection.
type StartError struct {
	Addr  string // where it should have listened
	Ended Ended
}

func (e *StartError) Error() string {
	var b strings.Builder
	if e.Ended.ByItself {
		fmt.Fprintf(&b, "the service ended before it listened on %s (%s): read what it printed", e.Addr, e.Ended.State)
	} else {
		fmt.Fprintf(&b, "the service did not listen on %s within %s: let its main listen on $ADDR before it does anything that can hang", e.Addr, short(e.Ended.Ran))
	}
	for _, line := range e.Ended.Last {
		b.WriteString("\n  " + line)
	}
	return b.String()
}

// inUse is what a program says when it finds its port taken, here and on Windows.
var inUse = []string{syscall.EADDRINUSE.Error(), "Only one usage of each socket address"}

// taken reports whether the service ended because somebody else had its port.
func (e *StartError) taken() bool {
	if !e.Ended.ByItself {
		return false
	}
	said := strings.Join(e.Ended.Last, "\n")
	return slices.ContainsFunc(inUse, func(words string) bool { return strings.Contains(said, words) })
}

// short writes a duration as a person would say it.
func short(d time.Duration) string {
	if d >= time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Millisecond).String()
}
