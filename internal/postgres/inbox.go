package postgres

import (
	"io"
	"sync"
)

// maxAhead is how many bytes are read before they are wanted. A client that
// sends more while its statement runs waits, and is not seen to hang up.
const maxAhead = 64 << 10

// An inbox reads a connection ahead of who wants to read it. So the end of the
// client is noticed while its statement runs and nobody reads.
type inbox struct {
	mu      sync.Mutex
	changed sync.Cond
	bytes   []byte
	err     error // why nothing follows
}

func newInbox() *inbox {
	in := new(inbox)
	in.changed.L = &in.mu
	return in
}

// fill reads until r ends or the inbox is closed, and returns why.
func (in *inbox) fill(r io.Reader) error {
	chunk := make([]byte, 8<<10)
	for {
		n, err := r.Read(chunk)
		in.mu.Lock()
		in.bytes = append(in.bytes, chunk[:n]...)
		if in.err == nil {
			in.err = err
		}
		in.changed.Broadcast()
		for len(in.bytes) > maxAhead && in.err == nil {
			in.changed.Wait()
		}
		err = in.err
		in.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// Read waits for bytes and takes them.
func (in *inbox) Read(p []byte) (int, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for len(in.bytes) == 0 {
		if in.err != nil {
			return 0, in.err
		}
		in.changed.Wait()
	}
	n := copy(p, in.bytes)
	if in.bytes = in.bytes[n:]; len(in.bytes) == 0 {
		in.bytes = nil // what was large is given back
	}
	in.changed.Broadcast()
	return n, nil
}

// close ends fill and Read, once the reader of fill has returned.
func (in *inbox) close() {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.err == nil {
		in.err = io.ErrClosedPipe
	}
	in.changed.Broadcast()
}
