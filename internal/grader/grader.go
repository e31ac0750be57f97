// Package grader tells whether a step's code does what its lesson asks.
//
// The checks of a step are ordinary Go tests. They are built once, into one
// binary, and then each runs in a process of its own, so that a panic, an
// exit, an endless loop or a registered global of one can't touch another.
//
// A pass needs positive evidence, three things together: exit status 0, the
// test framework's own pass line for that very check (framed, so that a
// printed look-alike is none), and a receipt, on which the process says with a
// nonce that it has seen this check run once and pass. The nonce, and what is
// to be run, are read before any learner's code can touch them.
//
// This holds against accidents and against tricks, not against everything:
// code that is graded runs as the same user, in the same process as its check,
// so that it could find the nonce in the memory, kill what else that user runs,
// or rewrite the workshop itself.
package grader

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/robustio"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/scratch"
)

// Options say what to grade and how.
type Options struct {
	Root     string            // the workshop's folder
	Files    map[string][]byte // Go files that stand in for the step's own, by name below its folder; nil: the step as it is
	Only     []string          // ids of the checks to grade; nil: all
	Limit    time.Duration     // how long one check may take; 0: ten seconds
	Race     bool              // try tests of a learner's with the race detector, too; building them for it takes long, the first time
	Progress func(Result)      // called when a check has ended, one call at a time; blocked is not known yet; may be nil

	// Of a step of tests, what was built before, or "".
	checks string // a binary of the checks, which link none of those tests
	suite  string // where the tests themselves are, see package tryout

	batch *Batch // that the version is one of, or nil
}

// Grade builds the checks of step and runs them. It returns an error only when
// it can't do its work: no go command, no disk space, ctx done. What is wrong
// with the learner's code is in the report. Grade may be called concurrently.
func Grade(ctx context.Context, step lesson.Step, o Options) (Report, error) {
	start := time.Now()
	report := Report{Step: step}
	var err error
	if report.Sources, err = Sources(o.Root, step.Name); err != nil {
		return report, err
	}
	checks, err := choose(step, o.Only)
	if err != nil {
		return report, err
	}
	dir, err := scratch.Dir("otel-workshop-", "the build")
	if err != nil {
		return report, err
	}
	defer removeBuild(dir)

	ctx, cancel := context.WithCancel(ctx) // nothing that was started here outlives the report
	defer cancel()
	b, err := makeBuild(ctx, step.Name, dir, o)
	if err != nil {
		return report, err
	}
	if b.failure != "" {
		report.Build = b.failure
		for _, c := range checks {
			report.Results = append(report.Results, Result{Check: c, Outcome: DoesNotBuild, Summary: "the step does not compile"})
		}
		report.Duration = time.Since(start)
		return report, nil
	}

	report.Results, err = runBuilt(ctx, b, step, checks, o)
	report.Duration = time.Since(start)
	return report, err
}

// removeBuild removes the folder of a build. It is a temporary one; the system
// clears what is left.
func removeBuild(dir string) {
	_ = os.Chmod(binaries(dir), 0o700)
	_ = robustio.RemoveAll(dir) // Windows holds a program for a moment after its end
}

// runBuilt runs checks that have been built, and says what became of them. It
// returns an error only when ctx is done.
func runBuilt(ctx context.Context, b build, step lesson.Step, checks []lesson.Check, o Options) ([]Result, error) {
	program, err := seal(b.binary)
	if err != nil {
		return nil, err
	}
	r := &runner{build: b, sealed: program, batch: o.batch, limit: o.Limit, queued: queued, progress: o.Progress}
	if r.limit == 0 {
		r.limit = defaultLimit
	}
	graded := r.runAll(ctx, checks)
	// What a failing check relies on is graded too, even if nobody asked.
	for {
		missing := premises(step, graded)
		if len(missing) == 0 || ctx.Err() != nil {
			break
		}
		r.progress = nil
		graded = append(graded, r.runAll(ctx, missing)...)
	}
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	block(step, graded)
	var results []Result
	for _, j := range graded[:len(checks)] {
		results = append(results, j.Result)
	}
	return results, nil
}

// choose returns the checks of step that are asked for, in the lesson's order.
func choose(step lesson.Step, only []string) ([]lesson.Check, error) {
	if only == nil {
		return step.Checks, nil
	}
	var checks []lesson.Check
	for _, c := range step.Checks {
		if slices.Contains(only, c.ID) {
			checks = append(checks, c)
		}
	}
	if len(checks) != len(only) {
		return nil, fmt.Errorf("step %s has no such check among %q", step.Name, only)
	}
	return checks, nil
}

// A runner runs checks of one build.
type runner struct {
	build
	sealed sealed
	batch  *Batch
	limit  time.Duration
	queued func(p *os.Process, took time.Duration) time.Duration // what does not count of that

	mu       sync.Mutex
	progress func(Result)
	late     bool          // a check has run into the limit
	slowest  time.Duration // that has come to its end
}

// perCore is how many checks run at a time on each core. Many of them wait
// most of the time, for a service to end or for a time to pass.
const perCore = 4

// again is how many times more a check is run that failed on a machine which
// had kept it waiting. A failure that the machine is to blame for does not come
// that often in a row, and one that the code is to blame for does.
const again = 2

// runAll runs checks in parallel and returns what became of them in the same
// order. It begins with those that take longest. Those whose failure may be the
// machine's are run again when the others are done.
func (r *runner) runAll(ctx context.Context, checks []lesson.Check) []judged {
	all := make([]judged, len(checks))
	queue := make(chan int)
	var workers sync.WaitGroup
	for range min(perCore*runtime.GOMAXPROCS(0), len(checks)) {
		workers.Go(func() {
			for i := range queue {
				all[i] = r.inTurn(ctx, checks[i])
				if !all[i].late {
					r.tell(ctx, all[i])
				}
			}
		})
	}
	for _, i := range longestFirst(checks) {
		queue <- i
	}
	close(queue)
	workers.Wait()
	for i, c := range checks {
		if !all[i].late {
			continue
		}
		for n := 0; n < again && all[i].late && ctx.Err() == nil; n++ {
			all[i] = r.inTurn(ctx, c)
		}
		r.tell(ctx, all[i])
	}
	return all
}

// tell passes on what became of a check.
func (r *runner) tell(ctx context.Context, j judged) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.progress != nil && ctx.Err() == nil {
		r.progress(j.Result)
	}
}

// inTurn runs one check, or waits before until its batch lets it.
func (r *runner) inTurn(ctx context.Context, c lesson.Check) judged {
	if r.batch != nil {
		r.batch.checks.enter()
		defer r.batch.checks.leave()
	}
	return r.run(ctx, c)
}

// run runs one check and judges it.
func (r *runner) run(ctx context.Context, c lesson.Check) judged {
	if ctx.Err() != nil {
		return judged{Result: Result{Check: c, Outcome: NotJudged, Summary: "stopped"}}
	}
	start := time.Now()
	ev, err := r.observe(ctx, c)
	switch {
	case errors.Is(err, errReplaced):
		return judged{Result: Result{Check: c, Outcome: Crashed, Summary: err.Error()}}
	case err != nil:
		return judged{Result: Result{Check: c, Outcome: NotJudged, Again: true, Summary: err.Error()}}
	}
	r.note(ev)
	j := judge(c, ev)
	j.Duration = time.Since(start)
	durations.Store(c.FullID(), j.Duration)
	return j
}
