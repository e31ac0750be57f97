package postgres

import (
	"context"
	"io"
)

// An ahead reads a connection before anybody wants its bytes, so that the
// client's end is noticed while its statement runs. A client that sends more
// than sixteen chunks meanwhile waits, and is not seen to hang up.
type ahead struct {
	chunks chan []byte // closed after the last
	rest   []byte      // of the chunk that is being read
}

func newAhead() *ahead { return &ahead{chunks: make(chan []byte, 16)} }

// fill reads until r ends, or ctx when nobody takes the bytes any more.
func (a *ahead) fill(ctx context.Context, r io.Reader) {
	defer close(a.chunks)
	for {
		chunk := make([]byte, 4<<10)
		n, err := r.Read(chunk)
		select {
		case a.chunks <- chunk[:n]:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// Read waits for bytes and takes them.
func (a *ahead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		chunk, ok := <-a.chunks
		if !ok {
			return 0, io.EOF
		}
		a.rest = chunk
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}
