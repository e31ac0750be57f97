package collector

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"time"

	"google.golang.org/grpc/codes"

	"otel.workshop/internal/loopback"
)

// A refusal is why a request was not accepted, for both protocols.
type refusal struct {
	http    int
	grpc    codes.Code
	message string
	retry   time.Duration // after which the same request may be accepted; 0 for never
}

func (r *refusal) Error() string { return r.message }

// A receiver takes bodies, whichever way they came, into a store.
type receiver struct {
	store   *Store
	refused func(what string, why *refusal) // hears what was not accepted

	pool  *pool         // of bodies that are coming in
	most  int           // bytes of a body, before and after decompression
	large chan struct{} // a place for each larger one

	light, heavy *lane // heavy is nil where nothing heavy is taken
	tidy         tidier

	entrance loopback.Entrance // of the HTTP port
	forward  Forwarder         // nil when nothing is sent on
}

// A lane is where bodies are opened and decoded. Nothing in it waits for a
// network: a few at a time lose no throughput, and bound what a flood costs.
type lane struct {
	slots chan struct{}
	body  int // bytes of a body, when it has been decompressed
	cost  int // bytes of decoding it

	patience time.Duration
}

func newReceiver(s *Store) *receiver {
	return &receiver{
		store: s, refused: s.refused,
		pool:  newPool(poolSize),
		most:  maxBody,
		large: make(chan struct{}, largeBodies),
		light: &lane{make(chan struct{}, min(runtime.GOMAXPROCS(0), 4)), smallBody, lightCost, lightPatience},
		heavy: &lane{make(chan struct{}, 1), maxBody, maxDecoded, patience},
	}
}

// receive decodes and stores one body that came with these headers, and returns
// the body of the answer in the same encoding. What turns out to be too much for
// the light lane waits for the heavy one, so that it never holds up the ordinary.
func (r *receiver) receive(ctx context.Context, sig signal, enc encoding, came http.Header, body []byte, zipped bool) (answer []byte, refused *refusal) {
	if r.forward != nil && r.forward.Sent(came) {
		return nil, errLoop
	}
	answer, err := r.receiveIn(ctx, r.light, sig, enc, came, body, zipped)
	if errors.Is(err, errHeavy) && r.heavy != nil {
		answer, err = r.receiveIn(ctx, r.heavy, sig, enc, came, body, zipped)
		r.tidy.soon()
	}
	if err == nil {
		noteGood(ctx)
		return answer, nil
	}
	if !errors.As(err, &refused) {
		refused = &refusal{http: http.StatusBadRequest, grpc: codes.InvalidArgument,
			message: fmt.Sprintf("this is no OTLP request for %s: %v", sig.name, err)}
	}
	return nil, refused
}

// errHeavy says that a body is too much for a lane.
var errHeavy = &refusal{http: http.StatusRequestEntityTooLarge, grpc: codes.ResourceExhausted,
	message: "the request is larger than is taken here, or would be when it is decoded: send fewer items at a time"}

func (r *receiver) receiveIn(ctx context.Context, l *lane, sig signal, enc encoding, came http.Header, body []byte, zipped bool) (answer []byte, err error) {
	timer := time.NewTimer(l.patience)
	defer timer.Stop()
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
	case <-timer.C:
		return nil, errBusy
	case <-ctx.Done():
		return nil, errSenderGone
	}
	// A body that breaks the decoder must end neither the workshop nor what
	// comes after it.
	defer func() {
		if p := recover(); p != nil {
			err = &refusal{http: http.StatusInternalServerError, grpc: codes.Internal,
				message: fmt.Sprintf("the workshop's collector failed on this request: %v", p)}
		}
	}()
	if zipped {
		body, err = unzip(body, l.body)
		if errors.Is(err, errTooLarge) && l != r.heavy {
			return nil, errHeavy
		} else if err != nil {
			return nil, err
		}
	}
	if len(body) > l.body {
		return nil, errHeavy
	}
	cost, err := sig.costOf(body, enc)
	if err != nil {
		return nil, err
	}
	if cost > l.cost {
		return nil, errHeavy
	}
	if l == r.heavy {
		runtime.GC() // what it takes should come on top of what is used, not of garbage
	}
	a, err := sig.accept(r.store, body, enc)
	if err == nil {
		r.relay(sig, enc, body, a, came)
	}
	return a.answer, err
}

var errSenderGone = &refusal{http: http.StatusServiceUnavailable, grpc: codes.Unavailable, retry: time.Second, message: "the sender has gone"}
