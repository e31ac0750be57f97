// Package shop builds a step's service and runs it, so that a learner, the
// page and an instructor's demo can send it requests: the learner's own, the
// solution, or a variant of the solution.
//
// The service runs in a process group of its own and is ended with it: by
// Stop, and, on systems that allow it, also when this process is killed.
package shop

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// DefaultAddr is where a service listens that is told nothing else.
const DefaultAddr = "127.0.0.1:8080"

// Options say what to run, and where.
type Options struct {
	Root   string // the workshop's folder: the service's working folder, too
	Source Source
	Built  *Built // of Source, to be started as it is; nil: Source is built at each start

	// CollectorEndpoint is where telemetry is received, such as
	// "http://127.0.0.1:4318". A service is told of it only when it is not
	// the default one, so that the default in the learner's code is used for
	// real. "" is the default.
	CollectorEndpoint string

	// World is what stands around the service, and tells it where to look; nil
	// for a service that needs nobody.
	World *World

	// Addr is where the service listens, "127.0.0.1:8080" when it is empty.
	// When the port is taken, the next free one is used instead; port 0 is
	// any free one.
	Addr string

	// Host is what [Shop.Get] calls the service, as callers do who reach it
	// through a balancer; "" is its address.
	Host string

	// Env is more of the service's environment, as "NAME=value".
	Env []string

	// Output gets each line that the service prints, without its end, cut to
	// 4 KiB and made [Printable]. It is called for one line at a time, and
	// must return soon: the service waits for it. It may be nil.
	Output func(line string)
}

// Times that bound the waiting.
const (
	readyLimit = 10 * time.Second // from start to the first connection
	stopLimit  = 12 * time.Second // draining and flushing have five seconds each in the given server.go
)

var (
	errNotRunning  = errors.New("the service is not running: start it first")
	errInterrupted = errors.New("the service was stopped while it was being started")
)

// A Shop runs one service at a time. Its methods may be called concurrently.
type Shop struct {
	o                     Options
	readyLimit, stopLimit time.Duration
	exited                chan Ended

	ops sync.Mutex // held by Start, Stop and Restart; the fields below have mu

	mu      sync.Mutex
	current *service
	addr    string // of the last start; the next one tries it first
	notice  string
	cancel  context.CancelCauseFunc // ends the Start or Restart that is under way
}

// New returns a shop that is not running yet.
func New(o Options) *Shop {
	o.Addr = cmp.Or(o.Addr, DefaultAddr)
	return &Shop{
		o:          o,
		readyLimit: readyLimit,
		stopLimit:  stopLimit,
		exited:     make(chan Ended, 1),
	}
}

// Start builds the service, starts it, and returns when it accepts
// connections. It lives until [Shop.Stop]; ctx bounds the start alone. The
// error is a [*BuildError] when the code doesn't compile, and a [*StartError]
// when the service ended or did not answer in ten seconds.
func (s *Shop) Start(ctx context.Context) error {
	ctx, done := s.begin(ctx)
	defer done()
	if s.running() != nil {
		return errors.New("the service is running already: restart it instead")
	}
	b, err := s.build(ctx)
	if err != nil {
		return err
	}
	return s.launch(ctx, b)
}

// Restart builds the service first and then puts it in the place of the one
// that runs, on the same address. So when the build fails, with a [*BuildError]
// or otherwise, the old one runs on. It is given its time to flush, whatever
// becomes of ctx; how it ended is returned: the zero Ended, when none was
// running or it runs on. After a [*StartError] none is running.
func (s *Shop) Restart(ctx context.Context) (Ended, error) {
	ctx, done := s.begin(ctx)
	defer done()
	b, err := s.build(ctx)
	if err != nil {
		return Ended{}, err
	}
	old := s.stopCurrent(context.WithoutCancel(ctx))
	return old, s.launch(ctx, b)
}

// Stop asks the service to end (SIGTERM; on Windows, which has none, it is
// killed) and waits up to twelve seconds for it to flush its telemetry, less
// when ctx is done before. Then it is killed with all that it has started. A
// Start or Restart that is under way is ended too. The zero Ended says that
// nothing was running.
func (s *Shop) Stop(ctx context.Context) Ended {
	s.mu.Lock()
	if s.cancel != nil {
		s.cancel(errInterrupted)
	}
	s.mu.Unlock()
	s.ops.Lock()
	defer s.ops.Unlock()
	return s.stopCurrent(ctx)
}

// Running reports whether the service runs now.
func (s *Shop) Running() bool { return s.running() != nil }

// Exited receives how the service ended when it did so by itself, after it had
// started well. Only the latest end is kept when nobody receives; the channel
// is never closed.
func (s *Shop) Exited() <-chan Ended { return s.exited }

// URL returns where the service is reached, such as "http://127.0.0.1:8080",
// and "" before it is first started.
func (s *Shop) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.addr == "" {
		return ""
	}
	return "http://" + s.addr
}

// Notices returns what a person should know about the last start, in
// sentences: nothing, when the service is where it was wanted.
func (s *Shop) Notices() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.notice == "" {
		return nil
	}
	return []string{s.notice}
}

// begin waits for its turn and returns a context that Stop can end.
func (s *Shop) begin(ctx context.Context) (context.Context, func()) {
	s.ops.Lock()
	ctx, cancel := context.WithCancelCause(ctx)
	s.setCancel(cancel)
	return ctx, func() {
		s.setCancel(nil)
		cancel(nil)
		s.ops.Unlock()
	}
}

func (s *Shop) setCancel(cancel context.CancelCauseFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancel = cancel
}

// starts is how often a service may find its port taken.
const starts = 3

// launch starts what was built, and waits until it accepts connections. Between
// the choice of a port and the moment at which the service listens there,
// another program may take it: then another port is chosen. The caller holds
// ops, and nothing is running.
func (s *Shop) launch(ctx context.Context, b binary) error {
	for i := 1; ; i++ {
		err := s.launchOnce(ctx, b)
		var failed *StartError
		if i == starts || !errors.As(err, &failed) || !failed.taken() {
			return err
		}
		if b, err = s.build(ctx); err != nil { // the other went with its process
			return err
		}
	}
}

func (s *Shop) launchOnce(ctx context.Context, b binary) error {
	if ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), b.remove())
	}
	addr, notice, err := s.chooseAddr()
	if err != nil {
		return errors.Join(err, b.remove())
	}
	more := s.o.Env
	if s.o.World != nil {
		around, err := s.o.World.environment()
		if err != nil {
			return errors.Join(err, b.remove())
		}
		more = append(around, more...)
	}
	sv, err := startService(b, s.o.Root, environment(os.Environ(), addr, s.o.CollectorEndpoint, more...), s.o.Output)
	if err != nil {
		return errors.Join(fmt.Errorf("start the service: %w", err), b.remove())
	}
	if err := sv.ready(ctx, addr, s.readyLimit); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current, s.addr, s.notice = sv, addr, notice
	go s.watch(sv)
	return nil
}

// watch tells when sv ends by itself.
func (s *Shop) watch(sv *service) {
	<-sv.done
	if !sv.ended.ByItself {
		return
	}
	select {
	case <-s.exited: // an old one, that nobody wanted
	default:
	}
	select {
	case s.exited <- sv.ended:
	default:
	}
}

// running returns the service that runs, or nil.
func (s *Shop) running() *service {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil || s.current.hasEnded() {
		return nil
	}
	return s.current
}

// stopCurrent ends what is running. The caller holds ops.
func (s *Shop) stopCurrent(ctx context.Context) Ended {
	s.mu.Lock()
	sv := s.current
	s.current = nil
	s.mu.Unlock()
	if sv == nil {
		return Ended{}
	}
	return sv.stop(ctx, s.stopLimit)
}
