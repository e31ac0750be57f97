package collector

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"google.golang.org/grpc/codes"
)

var errTooLarge = &refusal{http: http.StatusRequestEntityTooLarge, grpc: codes.ResourceExhausted,
	message: fmt.Sprintf("the body is larger than %d MiB: send fewer items at a time", maxBody>>20)}

// An intake takes one body in.
type intake struct {
	*upload
	src      io.Reader
	deadline func(time.Time) // sets until when src may be read
	most     int             // bytes that are taken
	large    chan struct{}   // a place for each larger body that may come in
	inLarge  bool            // whether it has one of them
	body     []byte          // what has come
	tidy     *tidier
}

// open begins to take a body in. It has to be closed when the body is no longer
// needed.
func (r *receiver) open(w http.ResponseWriter, src io.Reader) *intake {
	control := http.NewResponseController(w)
	deadline := func(t time.Time) { _ = control.SetReadDeadline(t) } // both of our servers can
	return &intake{
		upload:   r.pool.open(func() { deadline(time.Unix(1, 0)) }),
		src:      src,
		deadline: deadline,
		most:     r.most,
		large:    r.large,
		tidy:     &r.tidy,
	}
}

func (in *intake) close() {
	buffers.put(in.body)
	if in.inLarge {
		<-in.large
	}
	in.upload.close()
	if in.inLarge || in.hasGone() {
		in.tidy.soon()
	}
}

// read returns the body, which remains the intake's, when it has come to its
// end. Memory is taken as it fills: what is announced need not come. announced
// is negative where it is not known.
func (in *intake) read(ctx context.Context, announced int64) ([]byte, error) {
	if announced > int64(in.most) {
		return nil, in.tooLarge()
	}
	for {
		body := in.body
		if len(body) == cap(body) {
			// One byte ahead, so that what fits exactly need not grow.
			var one [1]byte
			if _, err := io.ReadFull(in.src, one[:]); err == io.EOF {
				break
			} else if err != nil {
				return nil, in.broken(err)
			}
			grown, err := in.grow(ctx, body, announced)
			if err != nil {
				return nil, err
			}
			body = append(grown, one[0])
		}
		n, err := in.src.Read(body[len(body):cap(body)])
		in.body = body[:len(body)+n]
		if err == io.EOF {
			break
		} else if err != nil {
			return nil, in.broken(err)
		}
	}
	if !in.settle() {
		return nil, errMadeRoom
	}
	return in.body, nil
}

// grow returns body with more room, and takes the memory for it.
func (in *intake) grow(ctx context.Context, body []byte, announced int64) ([]byte, error) {
	had := cap(body)
	if had >= in.most {
		return nil, in.tooLarge()
	}
	if had < smallBody {
		size := min(max(4*had, 4<<10), smallBody)
		if err := in.take(ctx, size); err != nil {
			return nil, err
		}
		grown := append(buffers.get(size), body...)
		buffers.put(body)
		in.give(had)
		return grown, nil
	}
	if !in.inLarge {
		if err := in.enterLarge(ctx); err != nil {
			return nil, err
		}
		defer in.give(had)
	}
	size := min(max(4*had, 4<<20), in.most)
	if int(announced) > had {
		size = min(size, int(announced))
	}
	return append(make([]byte, 0, size), body...), nil
}

func (in *intake) tooLarge() error {
	if in.most < maxBody {
		return errHeavy
	}
	return errTooLarge
}

// enterLarge waits for one of the places of larger bodies. From then on the
// body's memory is the place's, and it need not make room for others: it has
// to come in soon instead.
func (in *intake) enterLarge(ctx context.Context) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case in.large <- struct{}{}:
	case <-in.gone:
		return errMadeRoom
	case <-timer.C:
		return errBusy
	case <-ctx.Done():
		return ctx.Err()
	}
	in.inLarge = true
	if !in.settle() {
		return errMadeRoom
	}
	in.deadline(time.Now().Add(largeTime))
	return nil
}

// broken says why a body has ended early.
func (in *intake) broken(err error) error {
	switch {
	case in.hasGone():
		return errMadeRoom
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errSlow
	}
	return fmt.Errorf("the body breaks off: %w", err)
}

// unzip opens a body, and gives up as soon as it is larger than most bytes.
func unzip(body []byte, most int) ([]byte, error) {
	zr, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the body is no gzip: %w", err)
	}
	out := make([]byte, 0, min(4*len(body), most)+1)
	for {
		n, err := zr.Read(out[len(out):cap(out)])
		out = out[:len(out)+n]
		switch {
		case len(out) > most:
			return nil, errTooLarge
		case err == io.EOF:
			return out, nil
		case err != nil:
			return nil, fmt.Errorf("the body is no gzip: %w", err)
		case len(out) == cap(out):
			out = append(make([]byte, 0, min(4*cap(out), most+1)), out...)
		}
	}
}
