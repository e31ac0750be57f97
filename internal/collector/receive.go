package collector

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"

	"google.golang.org/grpc/codes"
)

// A refusal is why a request was not accepted, for both protocols.
type refusal struct {
	http    int
	grpc    codes.Code
	message string
}

func (r *refusal) Error() string { return r.message }

// A receiver takes bodies, whichever way they came, into a store.
type receiver struct {
	store *Store
	slots chan struct{} // one for each body that is being decoded
}

func newReceiver(s *Store) *receiver {
	// Decoding is what takes memory, and nothing in it waits for a network: a
	// few at a time lose no throughput, and bound what a flood of requests costs.
	return &receiver{store: s, slots: make(chan struct{}, min(runtime.GOMAXPROCS(0), 8))}
}

// receive decodes and stores one body, and returns the body of the answer in
// the same encoding. open, if any, opens what is compressed; it may take memory
// too.
func (r *receiver) receive(ctx context.Context, sig signal, enc encoding, open func() ([]byte, error)) (answer []byte, refused *refusal) {
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return nil, &refusal{http.StatusServiceUnavailable, codes.Unavailable, "the sender has gone"}
	}
	// A body that breaks the decoder must end neither the workshop nor what
	// comes after it.
	defer func() {
		if p := recover(); p != nil {
			refused = &refusal{http.StatusInternalServerError, codes.Internal, fmt.Sprintf("the workshop's collector failed on this request: %v", p)}
		}
	}()
	body, err := open()
	if err == nil {
		_, err = sig.costOf(body, enc)
	}
	if err == nil {
		answer, err = sig.accept(r.store, body, enc)
	}
	if err == nil {
		return answer, nil
	}
	if !errors.As(err, &refused) {
		refused = &refusal{http.StatusBadRequest, codes.InvalidArgument, fmt.Sprintf("this is no OTLP request for %s: %v", sig.name, err)}
	}
	return nil, refused
}
