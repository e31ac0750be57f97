package shop

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"

	"otel.workshop/internal/printable"
)

const (
	lineCap   = 4 << 10 // bytes of a line that are kept
	lastLines = 20      // kept for the message when the service has ended
)

// An output is the pipe that a service prints to, read line by line. It is
// ours, not os/exec's: a child that keeps it open must not keep us waiting.
type output struct {
	r, w *os.File
	emit func(string)
	last []string
	done chan struct{}
}

// captureOutput makes cmd print to a pipe of ours. Call started after
// cmd.Start, then finish; or close, when it did not start.
func captureOutput(cmd *exec.Cmd, emit func(string)) (*output, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = w, w
	return &output{r: r, w: w, emit: emit, done: make(chan struct{})}, nil
}

func (o *output) close() { _, _ = o.r.Close(), o.w.Close() }

func (o *output) started() {
	_ = o.w.Close() // the service has its own
	go o.read()
}

// finish returns the last lines. A process that got away and still holds the
// pipe gets a moment, no more.
func (o *output) finish() []string {
	if err := o.r.SetReadDeadline(time.Now().Add(300 * time.Millisecond)); err != nil {
		// No deadlines on pipes here (Windows): closing is the other way out.
		timer := time.AfterFunc(300*time.Millisecond, func() { _ = o.r.Close() })
		defer timer.Stop()
	}
	<-o.done
	_ = o.r.Close()
	return o.last
}

func (o *output) read() {
	defer close(o.done)
	r := bufio.NewReaderSize(o.r, lineCap)
	for {
		line, err := r.ReadSlice('\n')
		text := string(line)
		if errors.Is(err, bufio.ErrBufferFull) {
			text += "…"
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = r.ReadSlice('\n')
			}
		}
		if text != "" {
			o.line(printable.Text(strings.TrimRight(text, "\r\n")))
		}
		if err != nil { // the end of the pipe, or the deadline
			return
		}
	}
}

func (o *output) line(text string) {
	if len(o.last) == lastLines {
		o.last = append(o.last[:0], o.last[1:]...)
	}
	o.last = append(o.last, text)
	if o.emit != nil {
		o.emit(text)
	}
}
