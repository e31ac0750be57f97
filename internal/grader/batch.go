package grader

import (
	"context"
	"os"
	"runtime"
	"slices"
	"sync"

	"github.com/rogpeppe/go-internal/robustio"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/scratch"
	"otel.workshop/internal/variant"
)

// A Batch grades many versions of the steps, each as [Grade] does with
// Options.Files. It is for whoever has hundreds of them: where Grade links a
// binary for each, a batch links one for many versions of a step, and has them
// vetted together.
//
// Its checks are many, and let everything else on the machine run first: who
// grades hundreds of versions is in no hurry, and whoever waits beside that is.
//
// Add all versions first, then ask each for its report. A batch may be used
// concurrently.
type Batch struct {
	root string
	dir  string // for the binaries and the checks' artifacts

	mu     sync.Mutex
	queued []*Version
	begin  sync.Once
	ctx    context.Context // ends with Close
	stop   context.CancelFunc
	busy   sync.WaitGroup
	room   chan struct{} // one element for each version that is being graded
	checks *gate         // of the checks that are running
}

// A Version is some files of a step, in the place of the step's own.
type Version struct {
	batch *Batch
	step  lesson.Step
	files variant.Files

	done   chan struct{} // closed once it is graded
	report Report
	err    error
}

// together is how many versions one binary holds at most. Beyond some twenty,
// the link's share of a version's time is small, and the machine waits for the
// first binary longer than it must.
const together = 20

// NewBatch returns a batch for the checkout in root. Close it.
func NewBatch(root string) (*Batch, error) {
	dir, err := scratch.Dir("otel-workshop-", "the builds")
	if err != nil {
		return nil, err
	}
	b := &Batch{root: root, dir: dir, room: make(chan struct{}, 4*runtime.GOMAXPROCS(0)), checks: newGate()}
	b.ctx, b.stop = context.WithCancel(context.Background())
	return b, nil
}

// Close stops what is still being graded, and removes what was built.
func (b *Batch) Close() error {
	b.stop()
	b.busy.Wait()
	return robustio.RemoveAll(b.dir)
}

// Add adds a version of a step, its files given as the solution has them. Of
// the step's checks it gets those that step has, which may differ from version
// to version. Add has to be called before the first report of the batch is asked
// for.
func (b *Batch) Add(step lesson.Step, files variant.Files) *Version {
	v := &Version{batch: b, step: step, files: files, done: make(chan struct{})}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.queued = append(b.queued, v)
	return v
}

// Report returns the verdict on the version, as Grade would. The first call
// sets the whole batch going.
func (v *Version) Report(ctx context.Context) (Report, error) {
	v.batch.begin.Do(func() { v.batch.busy.Go(v.batch.run) })
	select {
	case <-v.done:
		return v.report, v.err
	case <-ctx.Done():
		return Report{Step: v.step}, context.Cause(ctx)
	}
}

// run grades all versions. While what one binary holds is being graded, the
// next one is being built.
func (b *Batch) run() {
	b.mu.Lock()
	queued := b.queued
	b.mu.Unlock()
	var steps []string
	var tests, single []*Version
	shared := make(map[string][]*Version)
	for _, v := range queued {
		switch {
		case variant.IsTests(v.step.Name):
			tests = append(tests, v)
			continue
		case !mayShare(v.files):
			single = append(single, v)
			continue
		}
		if shared[v.step.Name] == nil {
			steps = append(steps, v.step.Name)
		}
		shared[v.step.Name] = append(shared[v.step.Name], v)
	}
	built := make(chan func()) // each starts to grade what a binary holds
	b.busy.Go(func() {
		defer close(built)
		for _, step := range steps {
			for versions := range slices.Chunk(shared[step], together) {
				built <- b.binary(versions)
			}
		}
	})
	for _, v := range single {
		b.grade(v, func() (Report, error) { return b.alone(v) })
	}
	if len(tests) > 0 {
		b.suites(tests)
	}
	for start := range built {
		start()
	}
}

// alone grades a version by itself.
func (b *Batch) alone(v *Version) (Report, error) {
	return Grade(b.ctx, v.step, Options{batch: b, Root: b.root, Files: v.files})
}

// binary builds versions of one step together. What it returns starts to grade
// them. Those that don't compile are graded each by itself: their reports say
// what the compiler says.
func (b *Batch) binary(versions []*Version) (start func()) {
	name := versions[0].step.Name
	dir, err := os.MkdirTemp(b.dir, name+"-")
	var builds []build
	var sources string
	if err == nil {
		sources, err = Sources(b.root, name)
	}
	if err == nil {
		builds, err = buildTogether(b.ctx, b.root, name, dir, versions)
	}
	return func() {
		for i, v := range versions {
			b.grade(v, func() (Report, error) {
				switch {
				case err != nil:
					return Report{Step: v.step}, err
				case builds[i].binary == "":
					return b.alone(v)
				}
				results, err := runBuilt(b.ctx, builds[i], v.step, v.step.Checks, Options{batch: b, Root: b.root})
				return Report{Step: v.step, Sources: sources, Results: results}, err
			})
		}
	}
}

// grade waits for room, and then grades a version in the background.
func (b *Batch) grade(v *Version, how func() (Report, error)) {
	b.room <- struct{}{}
	b.busy.Go(func() {
		defer func() { <-b.room; close(v.done) }()
		v.report, v.err = how()
	})
}
