package minimal_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// many is how many traces tell a sampler that keeps most of them from none.
const many = 1000

// before is a tracer that somebody has asked for before anything was set up.
var before = otel.Tracer("checker/before")

// A telling is what one Setup has exported of what came through the globals.
type telling struct {
	what      string
	spans     int // of how many
	of        int
	metric    bool
	stopped   bool // whether the span exporter had been stopped when Setup returned
	unsampled bool // whether a sampler left a span out
	sampled   bool // whether a span was sampled
}

// Whoever asks package otel for a tracer or a meter should get those of this setup.
func TestProvidersGlobal(t *testing.T) {
	w := newWorld(t)
	first := w.tell(t, "otel.Tracer", 1, func(ctx context.Context) trace.Span {
		_, early := before.Start(ctx, "asked before")
		early.End()
		if span := record(ctx); !leftOut(early) {
			return span
		}
		return early
	})
	want := recorder.Table([]string{"otel.Tracer", "span checkout", "exported"}, []string{"otel.Meter", "counter checkouts", "exported"})
	if !w.ready() { // an exporter was left out, if not both
		w.mustUse(t, "Traces", want)
		w.mustUse(t, "Metrics", want)
	}
	first.must(t, first)
	if w.exported("asked before") == 0 {
		recorder.Fail(t, atCall(t, minimal.Setup, finding.Finding{
			Want:  recorder.Table([]string{"otel.Tracer, before Setup", "span", "exported"}, []string{"otel.Tracer, after it", "span", "exported"}),
			Got:   recorder.Table([]string{"otel.Tracer, before Setup", "span", "nowhere, a minute later"}, []string{"otel.Tracer, after it", "span", "exported"}),
			Cause: "Who has asked for a tracer too early holds a stand-in, which passes on to the first provider that is registered,\nand to no other. So the first one has to be the one that lasts.",
		}, "SetTracerProvider"))
	}
	newWorld(t).tell(t, "otel.Tracer, after a second Setup", 1, record).must(t, first)
	mustKeepAll(t, first)
}

// mustKeepAll ends the check when a sampler leaves traces out. Few traces would
// only show one that keeps few.
func mustKeepAll(t *testing.T, first telling) {
	long := newWorld(t).tell(t, fmt.Sprintf("otel.Tracer, %d traces, ten a second", many), many, record)
	if !long.unsampled {
		long.must(t, first)
		return
	}
	part := fmt.Sprintf("about %d in 10 exported", (10*long.spans+many/2)/many)
	switch {
	case long.spans == 0:
		part = "none exported"
	case long.spans >= many-many/20:
		part = "not all exported"
	}
	recorder.Fail(t, atCall(t, minimal.Setup, finding.Finding{
		Want:  recorder.Table([]string{long.what, "all exported"}),
		Got:   recorder.Table([]string{long.what, part}),
		Cause: "The tracer provider's sampler leaves traces out. This workshop keeps every trace.",
	}, "WithSampler"))
}

// tell sets up a world, has something recorded n times, and says what has been
// exported a minute later.
func (w *world) tell(t *testing.T, what string, n int, rec func(context.Context) trace.Span) telling {
	t.Helper()
	told := telling{what: what, of: n}
	inBubble(t, func(ctx context.Context) {
		if w.setUp(ctx); !w.ready() {
			return
		}
		told.stopped = w.spans.Stopped()
		for range n {
			span := rec(ctx)
			told.unsampled = told.unsampled || leftOut(span)
			told.sampled = told.sampled || span.SpanContext().IsSampled()
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(61 * time.Second) // longer than any batch or interval takes by default
		stop(ctx)
	})
	told.spans, told.metric = w.checkouts(), w.hasMetric("checkouts")
	return told
}

// leftOut reports whether a sampler has left the span out. A provider that is
// none, or that has been shut down, makes spans that have no context at all.
func leftOut(span trace.Span) bool {
	return span.SpanContext().IsValid() && !span.SpanContext().IsSampled()
}

// must ends the check when a span or the metric has not been exported; first is
// what the first Setup has told.
func (told telling) must(t *testing.T, first telling) {
	t.Helper()
	if told.spans >= told.of && told.metric && !told.unsampled {
		return
	}
	if told.unsampled && told.of < many {
		mustKeepAll(t, first)
	}
	f := finding.Finding{
		Want: recorder.Table([]string{told.what, "span checkout", told.arrived(told.of)}, []string{"otel.Meter", "counter checkouts", "exported"}),
		Got:  recorder.Table([]string{told.what, "span checkout", told.arrived(told.spans)}, []string{"otel.Meter", "counter checkouts", arrived(told.metric)}),
	}
	f = recorder.At(minimal.Setup, f)
	spans := told.spans >= told.of
	switch {
	case told.stopped:
		f.Cause = "When Setup returns, the span exporter has already been shut down: the shutdown is what Setup returns,\nfor others to call at the end."
	case !spans && !registered(otel.GetTracerProvider()):
		f.Cause = "Libraries such as otelhttp ask otel.GetTracerProvider for their tracers:\na tracer provider that is not registered there never sees their spans."
	case told.what != first.what && first.spans >= first.of && first.metric && told.spans == 0:
		f.Cause = "The first Setup of this process had worked; this one's providers hear of nothing.\nEach call of Setup has to register those that it makes."
	case told.spans == 0 && told.sampled:
		f.Cause = "A tracer provider is registered and has sampled the span, but has nothing that would hand it to this exporter."
	case spans && !registered(otel.GetMeterProvider()):
		f.Cause = "Libraries such as otelhttp ask otel.GetMeterProvider for their meters:\na meter provider that is not registered there never sees their measurements."
	case spans && told.what == first.what:
		f.Cause = "A meter provider is registered, but it has no reader that would hand its metrics to this exporter."
	}
	recorder.Fail(t, f)
}

func (told telling) arrived(n int) string {
	if told.of == 1 {
		return arrived(n > 0)
	}
	return fmt.Sprintf("exported %d times", n)
}

func arrived(yes bool) string {
	if yes {
		return "exported"
	}
	return "nowhere, a minute later"
}
