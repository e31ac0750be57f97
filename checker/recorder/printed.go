package recorder

import (
	"io"
	"strings"
	"sync"
)

// printed passes on what is written to it, and remembers the end of it. Safe
// for concurrent use.
type printed struct {
	next io.Writer

	mu   sync.Mutex
	text []byte
}

// mostPrinted is how many bytes are remembered.
const mostPrinted = 64 << 10

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = append(p.text, b...)
	if n := len(p.text) - mostPrinted; n > 0 {
		p.text = append([]byte(nil), p.text[n:]...)
	}
	return p.next.Write(b)
}

// lines returns what is remembered, without empty lines.
func (p *printed) lines() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var lines []string
	for line := range strings.Lines(string(p.text)) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
