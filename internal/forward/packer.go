package forward

import (
	"bytes"
	"compress/gzip"
	"errors"
)

// A packer compresses. It is one goroutine's, and the zero value is ready.
type packer struct{ w *gzip.Writer }

// pack returns body as gzip, or nil when that is not less than half of it:
// then it is not worth its memory.
func (p *packer) pack(body []byte) []byte {
	out := &bounded{b: make([]byte, 0, len(body)/2)}
	if p.w == nil {
		p.w, _ = gzip.NewWriterLevel(out, gzip.BestSpeed) // there is such a level
	}
	p.w.Reset(out)
	if _, err := p.w.Write(body); err != nil {
		return nil
	}
	if p.w.Close() != nil {
		return nil
	}
	return bytes.Clone(out.b)
}

var errFull = errors.New("it does not fit")

// bounded takes what its memory has room for.
type bounded struct{ b []byte }

func (w *bounded) Write(p []byte) (int, error) {
	if len(w.b)+len(p) > cap(w.b) {
		return 0, errFull
	}
	w.b = append(w.b, p...)
	return len(p), nil
}
