package member

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/internal/desk"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/workspace"
)

// gradings turns what a desk tells into a span for each grading and a child for
// each check. Its hear is called by one goroutine, and waits for nothing.
type gradings struct {
	tracer   trace.Tracer
	count    metric.Int64Counter
	duration metric.Float64Histogram
	now      func() time.Time
	graded   func() // called after each

	step  string
	began time.Time
	ended map[string]time.Time // of the checks of this run, by id
}

// What a grading may end with, beside a check's outcomes.
const failed grader.Outcome = "failed"

func (g *gradings) hear(event desk.Event) {
	switch e := event.(type) {
	case desk.Started: // also after a run that a save has cut short: of that, nothing is told
		g.step, g.began, g.ended = e.Step.Name, g.now(), map[string]time.Time{}
	case desk.Progress:
		if g.ended != nil {
			g.ended[e.Result.Check.ID] = g.now()
		}
	case desk.Graded:
		outcome := grader.Fail
		switch {
		case e.Report.Build != "":
			outcome = grader.DoesNotBuild
		case e.Report.Passed(false):
			outcome = grader.Pass
		}
		g.tell(outcome, e.Report)
	case desk.Failed:
		g.tell(failed, grader.Report{})
	}
}

// tell ends the grading that has begun. Checks of a step that does not compile
// were not graded.
func (g *gradings) tell(outcome grader.Outcome, r grader.Report) {
	if g.ended == nil {
		return
	}
	now := g.now()
	attributes := []attribute.KeyValue{attribute.String(wire.Step, g.step), attribute.String(wire.Outcome, string(outcome))}
	ctx, span := g.tracer.Start(context.Background(), wire.Grading+" "+g.step,
		trace.WithTimestamp(g.began), trace.WithAttributes(attributes...))
	for _, res := range r.Results {
		if r.Build != "" || len(res.Check.ID) == 0 {
			continue
		}
		end, ok := g.ended[res.Check.ID]
		if !ok {
			end = now
		}
		_, check := g.tracer.Start(ctx, wire.CheckSpan+" "+res.Check.ID,
			trace.WithTimestamp(end.Add(-res.Duration)),
			trace.WithAttributes(
				attribute.String(wire.Check, workspace.CheckKey(g.step, res.Check.ID)),
				attribute.String(wire.Outcome, string(res.Outcome)),
				attribute.Bool(wire.Further, res.Check.Further),
			))
		check.End(trace.WithTimestamp(end))
	}
	span.End(trace.WithTimestamp(now))
	set := metric.WithAttributes(attributes...)
	g.count.Add(ctx, 1, set)
	g.duration.Record(ctx, now.Sub(g.began).Seconds(), set)
	g.ended = nil
	g.graded()
}
