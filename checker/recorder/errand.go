package recorder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// Errand runs the program (see Main) to its end, in a process whose
// environment has these variables from the start, and returns what it has
// written to its standard output. A program that does not end within limit is
// an error, and so is one that fails: what it said last, or its panic. Safe for
// concurrent use.
func Errand(t testing.TB, limit time.Duration, env ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(append(os.Environ(), env...), service+"=1")
	cmd.WaitDelay = time.Second
	stderr := printed{next: os.Stderr}
	cmd.Stderr = &stderr
	start := time.Now()
	out, err := cmd.Output()
	startedBy(time.Since(start))
	if err == nil {
		return out, nil
	}
	if ctx.Err() != nil {
		return out, fmt.Errorf("the process has not ended within %v", limit)
	}
	lines := stderr.lines()
	for _, line := range lines {
		if strings.HasPrefix(line, "panic: ") {
			return out, errors.New(line)
		}
	}
	if len(lines) > 0 {
		return out, errors.New(lines[len(lines)-1])
	}
	return out, err
}
