package command

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/session"
)

// Ctrl-C ends a demo's services, and says so. Package demo proves that it does.
func TestInterruptedDemo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var stdout strings.Builder
	stderr := &pressed{at: "building", do: cancel} // the person presses Ctrl-C
	w := &workshop{
		stdin: strings.NewReader(""), stdout: &stdout, stderr: stderr,
		open: func(string) (*session.Session, error) { return session.Open("../..") },
	}
	require.Equal(t, 130, run(ctx, w, []string{"demo", "no-shutdown"}))
	require.Contains(t, stderr.String(), "both services")
	require.Empty(t, stdout.String())
}

// pressed does something as soon as a text is written to it.
type pressed struct {
	bytes.Buffer
	at string
	do func()
}

func (p *pressed) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(p.at)) {
		p.do()
	}
	return p.Buffer.Write(b)
}
