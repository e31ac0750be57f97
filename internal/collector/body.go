package collector

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"google.golang.org/grpc/codes"
)

var errTooLarge = &refusal{http.StatusRequestEntityTooLarge, codes.ResourceExhausted,
	fmt.Sprintf("the body is larger than %d MiB: send fewer items at a time", maxBody>>20)}

// readBody reads the body as it came into buf, and tells whether it is gzip.
func readBody(w http.ResponseWriter, req *http.Request, buf *bytes.Buffer) (zipped bool, err error) {
	switch enc := strings.ToLower(req.Header.Get("Content-Encoding")); enc {
	case "", "identity":
	case "gzip":
		zipped = true
	default:
		w.Header().Set("Accept-Encoding", "gzip")
		return false, &refusal{http: http.StatusUnsupportedMediaType,
			message: "the content encoding " + strconv.Quote(enc) + " is not understood: use gzip, or none"}
	}
	if req.ContentLength > maxBody {
		return zipped, errTooLarge
	}
	// What is announced need not come, so only a little is set aside for it.
	buf.Grow(int(min(max(req.ContentLength, 0), 1<<20)) + bytes.MinRead)
	_, err = buf.ReadFrom(http.MaxBytesReader(w, req.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return zipped, errTooLarge
	case err != nil:
		return zipped, fmt.Errorf("the body breaks off: %w", err)
	}
	return zipped, nil
}

// unzip opens a body, and gives up as soon as it grows too large.
func unzip(body *bytes.Buffer) ([]byte, error) {
	zr, err := gzip.NewReader(body)
	if err != nil {
		return nil, fmt.Errorf("the body is no gzip: %w", err)
	}
	var out bytes.Buffer
	out.Grow(min(4*body.Len(), 1<<20))
	n, err := out.ReadFrom(io.LimitReader(zr, maxBody+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the body is no gzip: %w", err)
	case n > maxBody:
		return nil, errTooLarge
	}
	return out.Bytes(), nil
}

// buffers are bodies' memory, used again: pdata copies what it keeps.
var buffers bufferPool

type bufferPool struct{ pool sync.Pool }

func (p *bufferPool) get() *bytes.Buffer {
	if b, ok := p.pool.Get().(*bytes.Buffer); ok {
		return b
	}
	return new(bytes.Buffer)
}

// put takes b back, unless one large body would keep its memory for good.
func (p *bufferPool) put(b *bytes.Buffer) {
	if b.Cap() <= 4<<20 {
		b.Reset()
		p.pool.Put(b)
	}
}
