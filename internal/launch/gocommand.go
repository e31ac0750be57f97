package launch

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// A goCommand runs the go command in the folder root. What it works with is in
// the folder scratch, and goes with that.
type goCommand struct{ root, scratch string }

// run passes each line that is printed to understood, and returns those that it
// does not understand: they are for people. After Ctrl-C nothing is left running.
func (g goCommand) run(ctx context.Context, understood func(line string) bool, args []string) (words string, err error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = g.root
	cmd.Env = append(os.Environ(), "GOTMPDIR="+g.scratch, "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	apart(cmd)
	cmd.WaitDelay = 2 * time.Second
	out, in, err := os.Pipe()
	if err != nil {
		return "", err
	}
	cmd.Stdout, cmd.Stderr = in, in
	err = cmd.Start()
	_ = in.Close() // the child has its own
	if err != nil {
		_ = out.Close()
		return "", err
	}
	read := make(chan string, 1)
	go func() { read <- unknown(out, understood) }()
	err = cmd.Wait()
	endAll(cmd)
	words = <-read
	_ = out.Close()
	return words, err
}

// unknown returns the lines of r that are not understood.
func unknown(r io.Reader, understood func(line string) bool) string {
	var words strings.Builder
	for in := bufio.NewReader(r); ; {
		line, err := in.ReadString('\n')
		if line = strings.TrimRight(line, "\r\n"); line != "" && !understood(line) {
			words.WriteString(line + "\n")
		}
		if err != nil {
			return words.String()
		}
	}
}
