package collector

import (
	"context"
	"net"
	"net/http"
	"runtime"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// An Inlet receives OTLP over HTTP as a [Collector] does, with the same distrust,
// for somebody else: who may send, and what becomes of it, is the caller's
// business. So is the listener, which may be open to other machines.
type Inlet struct {
	receiver *receiver
}

// InletOptions say how much an [Inlet] takes.
type InletOptions struct {
	MaxBody int                          // bytes of a request, before and after decompression; up to 16 MiB
	Refused func(status int, why string) // hears of requests that were not accepted; may be nil
}

// The most that decoding one request of an inlet takes, in bytes. Up to four are
// decoded at a time.
const inletCost = 16 << 20

// NewInlet makes one. It has to be closed.
func NewInlet(o InletOptions) *Inlet {
	r := &receiver{
		refused: func(_ string, why *refusal) {
			if o.Refused != nil {
				o.Refused(why.http, why.message)
			}
		},
		pool:  newPool(poolSize),
		most:  min(o.MaxBody, maxBody),
		large: make(chan struct{}, largeBodies),
	}
	r.light = &lane{make(chan struct{}, min(runtime.GOMAXPROCS(0), 4)), r.most, inletCost, lightPatience}
	return &Inlet{r}
}

// Close ends what runs in the background.
func (in *Inlet) Close() { in.receiver.tidy.stop() }

// Traces receives one request, whatever its path, and answers it. What has been
// decoded is take's; its error is what the sender is told.
func (in *Inlet) Traces(w http.ResponseWriter, req *http.Request, take func(ptrace.Traces) error) {
	sig := ofTraces
	sig.accept = func(_ *Store, body []byte, enc encoding) (acceptance, error) {
		decoded, err := decodeTraces(body, enc)
		if err != nil {
			return acceptance{}, err
		}
		return acceptance{answer: accepted(enc)}, take(decoded.Traces())
	}
	in.receiver.export(w, req, sig)
}

// Metrics does the same for metrics.
func (in *Inlet) Metrics(w http.ResponseWriter, req *http.Request, take func(pmetric.Metrics) error) {
	sig := ofMetrics
	sig.accept = func(_ *Store, body []byte, enc encoding) (acceptance, error) {
		decoded, err := decodeMetrics(body, enc)
		if err != nil {
			return acceptance{}, err
		}
		return acceptance{answer: accepted(enc)}, take(decoded.Metrics())
	}
	in.receiver.export(w, req, sig)
}

// Refuse answers a request that is not taken. The error is a [Refusal].
func (in *Inlet) Refuse(w http.ResponseWriter, req *http.Request, err error) {
	in.receiver.refuse(w, req, nil, err)
}

// Refusal is an error that says with which status a request is refused, why, and
// after how long it may be sent again: 0 is never.
func Refusal(status int, why string, retry time.Duration) error {
	return &refusal{http: status, message: why, retry: (retry + time.Second - 1).Truncate(time.Second)}
}

// A Host serves HTTP on a listener with room for so many connections. Who comes
// when there is none left takes the place of who has been there for longest
// without having sent anything of use.
type Host struct {
	server *http.Server
	door   *door
	done   chan struct{}
}

// Serve begins to answer on ln, which is the host's from then on.
func Serve(ln net.Listener, connections int, h http.Handler) *Host {
	s := &Host{server: newServer(h), door: newDoor(ln, connections), done: make(chan struct{})}
	go func() {
		defer close(s.done)
		_ = s.server.Serve(s.door) // returns when Close closes it, and has nothing to tell then
	}()
	return s
}

// Close stops answering. Requests that are being answered get a second, less when
// ctx is done before.
func (s *Host) Close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		_ = s.server.Close() // those that are left are cut off
	}
	<-s.done
}
