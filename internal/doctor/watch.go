package doctor

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"
)

// watchGo returns a [Go] that shows each line to understood as it is printed,
// and returns those that it does not understand. nil understands none.
func watchGo(understood func(line string) bool) Go {
	return func(ctx context.Context, dir string, env []string, args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir = dir
		cmd.Env = append(cmd.Environ(), env...) // with PWD, so that paths come out relative to dir
		cmd.Cancel = func() error {
			// It then ends what it has started, too; Windows has no such signal.
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				return cmd.Process.Kill()
			}
			return nil
		}
		cmd.WaitDelay = 5 * time.Second
		out := &printed{understood: understood}
		cmd.Stdout, cmd.Stderr = out, out
		err := cmd.Run()
		if ctx.Err() != nil {
			return out.rest(), context.Cause(ctx)
		}
		if errors.Is(err, exec.ErrNotFound) {
			return "", errNoGo
		}
		return out.rest(), err
	}
}

// printed keeps what is written to it, but for the lines that are understood.
type printed struct {
	understood func(line string) bool
	kept, line bytes.Buffer
}

func (p *printed) Write(text []byte) (int, error) {
	for part := range bytes.Lines(text) {
		p.line.Write(part)
		if bytes.HasSuffix(part, []byte("\n")) {
			p.end()
		}
	}
	return len(text), nil
}

// end is the end of a line.
func (p *printed) end() {
	if p.understood == nil || !p.understood(strings.TrimRight(p.line.String(), "\r\n")) {
		p.kept.Write(p.line.Bytes())
	}
	p.line.Reset()
}

// rest returns what was kept, when nothing more is written.
func (p *printed) rest() string {
	p.end()
	return p.kept.String()
}
