// Package demo shows what a mistake does: it runs a broken variant and the
// solution that it was made from through one scenario, side by side, and
// compares what their callers saw and what their collectors received.
//
// It returns values. The terminal and the page draw them.
package demo

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/shop"
	"otel.workshop/internal/variant"
)

// Options of a run. The zero value is right for most.
type Options struct {
	// Progress is told what is being done, in a few words, for one line at a
	// time. It may be nil.
	Progress func(doing string)

	// Scenario is the name of what happens to both sides, instead of what the
	// variant names. "" for that.
	Scenario string

	// Builds keeps what is built for the next run. nil: nothing is kept.
	Builds *Builds

	// Collector is one of this process that may listen on port 4318 already:
	// the workshop's own. The scenario default-collector needs that port, and
	// looks there for what has arrived since it began. It is left running. nil:
	// there is none.
	Collector *collector.Collector
}

// A Result is what a run has shown.
type Result struct {
	Variant  variant.Variant
	Scenario Scenario
	Broken   Side          // the variant
	Right    Side          // the solution, in the same scenario
	Figures  []Figure      // what can be compared, the most telling first
	Finding  string        // what the checker says of the variant
	Took     time.Duration // of the whole run, with the build
}

// Run builds a variant and its step's solution, and runs both at the same time
// through the scenario that the variant names: each with a collector, a
// database and a payment API of its own, on free ports of this machine. The
// database is always the embedded one, whatever DATABASE_URL says: in a room
// everybody should see the same.
//
// In the scenario default-collector one runs after the other, because there is
// one port 4318; it is an error when another program holds that, see
// [Options].
//
// A service that does not start, or ends by itself, is no error: it is what
// the demo shows. When ctx is done, everything that Run has started is killed
// before it returns.
//
// Where programs cannot be asked to end (Windows), both are killed, and what
// is flushed at the end arrives from neither: then Run waits for the periodic
// reader first.
func Run(ctx context.Context, root string, v variant.Variant, o Options) (_ Result, err error) {
	start := time.Now()
	scenario, err := o.scenario(v)
	if err != nil {
		return Result{}, err
	}
	finding, err := v.Finding(root)
	if err != nil {
		return Result{}, err
	}
	if o.Builds == nil {
		o.Builds = NewBuilds(root)
		defer func() { err = errors.Join(err, o.Builds.Close()) }()
	}
	r := Result{Variant: v, Scenario: scenario, Finding: finding}
	progress := tell(o.Progress)
	run := func(ctx context.Context, side *Side, name string, source shop.Source) error {
		var err error
		for n := 1; n == 1 || err == nil && side.lostItsPort() && n <= attempts; n++ {
			p := performance{
				root: root, name: name, source: source, scenario: scenario, builds: o.Builds, shared: o.Collector,
				progress: func(doing string) { progress(name + ": " + doing) },
			}
			*side, err = p.run(ctx)
		}
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("run the %s side of %s: %w", name, v.Name, err)
		}
		return err
	}
	sides := []func(context.Context) error{
		func(ctx context.Context) error { return run(ctx, &r.Broken, "broken", shop.Source{Variant: &v}) },
		func(ctx context.Context) error {
			return run(ctx, &r.Right, "right", shop.Source{Step: v.Step, Solution: true})
		},
	}
	if scenario.Reach == ByDefault {
		err = inTurn(ctx, sides)
	} else {
		err = together(ctx, sides)
	}
	if err != nil {
		return Result{}, err
	}
	r.Figures = compare(r.Broken, r.Right, scenario)
	r.Took = time.Since(start)
	return r, nil
}

// scenario returns what happens to both sides.
func (o Options) scenario(v variant.Variant) (Scenario, error) {
	if o.Scenario == "" || variant.IsTests(v.Step) {
		return ScenarioOf(v)
	}
	s, err := FindScenario(o.Scenario)
	if err != nil {
		return s, err
	}
	return s, s.fits(v)
}

// inTurn calls one after the other, up to the first error.
func inTurn(ctx context.Context, calls []func(context.Context) error) error {
	for _, call := range calls {
		if err := call(ctx); err != nil {
			return err
		}
	}
	return nil
}

// together calls all at the same time. The first error ends the others, and is
// the one that is returned.
func together(ctx context.Context, calls []func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var all sync.WaitGroup
	for _, call := range calls {
		all.Go(func() {
			if err := call(ctx); err != nil {
				cancel(err)
			}
		})
	}
	all.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// tell makes progress callable from both sides, and when it is nil.
func tell(progress func(string)) func(string) {
	var mu sync.Mutex
	return func(doing string) {
		if progress != nil {
			mu.Lock()
			defer mu.Unlock()
			progress(doing)
		}
	}
}
