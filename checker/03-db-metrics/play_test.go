package dbmetrics_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/trace"

	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// Each situation is played alone, and then once more, beside other queries.
const (
	first  = ""
	beside = ", again, beside other queries"
)

// The neighbors of a situation: one query that lasts longer than it, and one
// that begins after it.
var (
	outlasts = call{order: neighbor}
	passes   = call{order: passing, after: 11 * time.Millisecond}
)

// playAll plays all situations, every one twice.
func (s *shop) playAll(ctx context.Context) {
	for _, round := range []string{first, beside} {
		for _, scene := range situations {
			s.play(ctx, scene, round)
		}
	}
	s.play(ctx, twoStores, first)
}

// play plays one situation, and keeps what was seen.
func (s *shop) play(ctx context.Context, scene situation, round string) {
	e := &evidence{situation: scene, round: round, before: s.last}
	calls := scene.calls
	if round == beside {
		calls = nil
		for _, c := range scene.calls {
			c.after += 10 * time.Millisecond
			calls = append(calls, c)
		}
		longer := outlasts
		if scene.do != nil {
			longer.want = follows // it suffers, too
		}
		if calls = append(calls, longer); !scene.alone {
			calls = append(calls, passes)
		}
	}
	made := s.meters.count()
	s.dawdles.Store(round == beside)
	begin := time.Now()
	started, ended := s.rec.Counts()
	undo := func() {}
	if scene.do != nil && round != beside {
		undo = scene.do(s)
	}
	var all sync.WaitGroup
	for _, c := range calls {
		seen := &seen{call: c}
		e.calls = append(e.calls, seen)
		all.Go(func() { s.ask(ctx, seen) })
	}
	if scene.do != nil && round == beside {
		time.Sleep(5 * time.Millisecond) // the neighbor has its connection
		undo = scene.do(s)
	}
	all.Wait()
	undo()
	time.Sleep(time.Second) // what a query leaves behind has been put away
	e.observed = s.meters.observes(queryCount)
	e.made, e.new = made, s.meters.since(made)
	stats := s.pool.Stats()
	e.pool, e.inUse = []int{stats.Idle, stats.InUse}, stats.InUse
	e.after, e.leaves = s.rec.Snapshot(), s.db.Left()
	s.last = e.after
	asked := slices.Concat(s.db.Since(begin), s.other.Since(begin))
	spans, open := s.rec.Since(started, ended)
	e.sort(spans, open, asked)
	s.seen = append(s.seen, e)
}

// ask calls Status as one call of a situation says.
func (s *shop) ask(ctx context.Context, c *seen) {
	time.Sleep(c.after)
	store := s.store
	if c.second {
		store = s.secondStore()
	}
	member, _ := baggage.NewMember("customer.id", fmt.Sprint(time.Now().UnixNano())) // a number is a fine value
	bag, _ := baggage.New(member)
	ctx = baggage.ContextWithBaggage(context.WithValue(ctx, asksKey{}, c), bag)
	switch c.tracing {
	case sampled:
		spanCtx, span := s.rec.TracerProvider.Tracer("demo.handler").Start(ctx, "load order")
		defer span.End()
		ctx, c.trace = spanCtx, span.SpanContext().TraceID()
	case unsampled:
		c.trace = trace.TraceID{0xff, byte(len(s.seen)), 1}
		ctx = trace.ContextWithRemoteSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{TraceID: c.trace, SpanID: trace.SpanID{1}}))
	}
	ctx, c.leave = s.limited(ctx, c.call)
	c.begin = time.Now()
	defer func() { c.end, c.panicked = time.Now(), recover() }()
	c.status, c.err = store.Status(ctx, c.order)
}

// asksKey finds in a context the call that a query belongs to.
type asksKey struct{}

// limited gives a call its time, or takes its caller away. What a context's end
// would close is to be seen, so the others end with the check, not before.
func (s *shop) limited(ctx context.Context, c call) (context.Context, context.CancelFunc) {
	deadline := time.Now().Add(1000 * time.Hour)
	switch {
	case c.limit == ended:
		deadline = time.Now().Add(-time.Second)
	case c.limit > 0:
		deadline = time.Now().Add(c.limit - time.Millisecond)
	}
	var cause error // nil: DeadlineExceeded
	if c.because {
		cause = errors.New("the page has to be there in 300 ms")
	}
	ctx, cancel := context.WithDeadlineCause(ctx, deadline.Add(time.Millisecond), cause)
	s.cancel = append(s.cancel, cancel)
	switch {
	case c.leaves == ended:
		cancel()
	case c.leaves > 0:
		time.AfterFunc(c.leaves, cancel)
	}
	return deadlined{ctx, deadline}, cancel
}

// deadlined is a context that ends a little after its deadline, as they do
// wherever time is real: fake time stands still at the deadline itself.
type deadlined struct {
	context.Context
	deadline time.Time
}

func (d deadlined) Deadline() (time.Time, bool) { return d.deadline, true }

// secondStore makes another store, on another pool.
func (s *shop) secondStore() *dbmetrics.Store {
	s.other = newDatabase()
	s.other.Orders = map[int64]string{packed: elsewhere}
	pool := s.other.Open()
	s.cancel = append(s.cancel, func() { _ = pool.Close() })
	store, err := dbmetrics.NewStore(pool)
	if err != nil {
		panic(fmt.Sprintf("a second NewStore: %v", err))
	}
	return store
}
