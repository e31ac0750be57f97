package handlerspans_test

import (
	"context"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// A stage is where situations are played: the learner's handler between a
// store and a payment API of ours.
type stage struct {
	rec     *recorder.Recorder
	orders  *orders
	api     *api
	wire    *wire
	patient time.Duration          // how long the others wait for something to end
	settle  func(over func() bool) // waits for what goes on after an answer, but not for ever
	played  atomic.Int64           // how many have been
}

// play plays situations, and hands what was seen to see, until that returns
// false: first each situation once, then each again, then with two requests at
// once.
//
// It happens in fake time, where nothing is slow and nothing too early. Only
// when the learner's client dials by itself it goes on in real time, without
// patience for a limit of the client's own; and when somebody holds a lock for
// so long that the clock stands still, another process plays it all so.
func play(t *testing.T, list []situation, see func(e *evidence) bool) {
	t.Helper()
	setPropagator()
	rec := recorder.Global(t, "demo-service") // one for all: a package's tracers keep to the first
	if onSpan != nil {
		rec.TracerProvider.(*sdktrace.TracerProvider).RegisterSpanProcessor(onSpan)
	}
	playInRealTime := func(from int64) {
		st := newStage(t, rec, 2*time.Millisecond)
		st.patient, st.settle = 50*time.Millisecond, inRealTime
		defer st.api.serve(st.wire)()
		st.playAll(list, from, see)
	}
	if os.Getenv(realTime) != "" {
		playInRealTime(0)
		return
	}
	st := newStage(t, rec, 10*time.Millisecond)
	var guard sync.WaitGroup
	guard.Go(st.wire.guard)
	over := make(chan struct{})
	go func() {
		defer close(over)
		recorder.Bubble(t, finding.Finding{
			Want: "an answer to each request",
			Got:  "a request that is never answered",
		}, func(context.Context) {
			st.patient, st.settle = time.Minute, inFakeTime
			defer st.api.serve(st.wire.fake())()
			st.playAll(list, 0, see)
		})
	}()
	stands := awaits(over, st.played.Load)
	if t.Failed() {
		t.FailNow() // a request is never answered
	}
	_ = st.wire.Close() // an error says that it is closed
	guard.Wait()
	switch {
	case stands:
		afresh(t)
	case st.wire.dialled.Load():
		playInRealTime(st.played.Load())
	}
}

// newStage returns a stage on which an order takes so long to be read, and a
// payment twice that.
func newStage(t *testing.T, rec *recorder.Recorder, takes time.Duration) *stage {
	return &stage{
		rec:    rec,
		orders: &orders{rec: rec, tracer: rec.TracerProvider.Tracer(storeScope), takes: takes},
		api:    &api{tracer: rec.Service(apiScope).Tracer(apiScope), takes: 2 * takes},
		wire:   newWire(t),
	}
}

// inFakeTime waits until nothing moves; then, if something is not over, for
// longer than anybody is patient.
func inFakeTime(over func() bool) {
	if synctest.Wait(); !over() {
		time.Sleep(2 * time.Minute)
		synctest.Wait()
	}
}

// inRealTime waits until it is over.
func inRealTime(over func() bool) {
	for deadline := time.Now().Add(time.Second); !over() && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
}

// playAll plays each situation in each way, but for the first ones of them.
func (st *stage) playAll(list []situation, from int64, see func(e *evidence) bool) {
	handlers := make([]http.Handler, len(list))
	for n, w := range ways {
		for i, s := range list {
			if int64(n*len(list)+i) < from {
				continue
			}
			if handlers[i] == nil {
				handlers[i] = handlerspans.NewHandler(st.orders, st.payments())
			}
			e := st.one(handlers[i], s, w)
			if st.wire.dialled.Load() {
				return
			}
			st.played.Add(1)
			if more := see(e); !more || e.scene() == "" {
				st.rec.Show(e.spans)
				if !more {
					return
				}
			}
		}
	}
}

// payments returns a new client of the payment API.
func (st *stage) payments() *handlerspans.Payments {
	return handlerspans.NewPayments("http://" + st.wire.Addr().String())
}

// one plays one situation, which happens to the first order.
func (st *stage) one(h http.Handler, s situation, w way) *evidence {
	e := &evidence{situation: s, way: w, rec: st.rec}
	e.withOurs = func() (e *evidence) {
		h := ourHandler(st.orders, st.payments())
		for _, way := range ways {
			if e = st.one(h, s, way); way.name == w.name {
				break
			}
		}
		return e
	}
	for i, id := range w.orders {
		happens := s
		if i > 0 { // all is well with the other
			happens = situation{name: s.name, codes: ok, state: "paid"}
		}
		e.requests = append(e.requests, newRequest(happens, id, w))
	}
	if onBegin != nil {
		onBegin(e)
	}
	first := e.requests[0]
	st.orders.expect(first.id, e.store, first.leaver(e.situation, reading))
	st.api.expect(first.id, e.situation.api, first.leaver(e.situation, paying), st.patient)
	started, ended := st.rec.Counts()

	var all sync.WaitGroup
	for i, r := range e.requests {
		all.Go(func() {
			time.Sleep(time.Duration(i) * st.orders.takes / 2)
			r.serve(h)
		})
	}
	all.Wait()
	st.settle(func() bool { return !st.orders.busy() && !st.api.busy() && st.rec.Ended(started) })

	e.spans, e.open = st.rec.Since(started, ended)
	e.reads, e.asked = st.orders.seen(), st.api.seen()
	return e
}
