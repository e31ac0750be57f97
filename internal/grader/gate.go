package grader

import (
	"runtime"
	"sync"
	"time"
)

// A gate lets the checks of a batch run: one for each processor, and more as
// long as one of those has nothing to do. So there are few at a time where they
// compute, which is faster than many that drive each other out of the caches,
// and many where they wait, for a service to end or a limit to pass. Where
// others keep the processors busy, nobody knows which it is: a few more come in,
// one after the other.
type gate struct {
	few, some, many int
	idle            func() bool   // whether a processor has nothing to do
	left            chan struct{} // has an element when somebody has left
	turn            chan struct{} // is held by whoever comes next

	mu     sync.Mutex
	inside int
}

const (
	// glance is how often a gate looks for a processor that is idle. Who has
	// just come in is at work by then.
	glance = 2 * time.Millisecond
	// enough is how long it looks in vain.
	enough = 5 * glance
)

func newGate() *gate {
	cores := runtime.GOMAXPROCS(0)
	return &gate{few: cores, some: 8 * cores, many: manyPerCore * cores, idle: idle, left: make(chan struct{}, 1), turn: make(chan struct{}, 1)}
}

// enter waits until one more may run.
func (g *gate) enter() {
	g.turn <- struct{}{}
	defer func() { <-g.turn }()
	if g.admit(g.few) {
		return
	}
	since := time.Now()
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	for {
		most := g.few
		select {
		case <-g.left:
		case <-ticker.C:
			if g.idle() {
				most = g.many
			}
		}
		if time.Since(since) >= enough {
			most = max(most, g.some)
		}
		if g.admit(most) {
			return
		}
	}
}

// admit lets one more in, unless there are so many.
func (g *gate) admit(most int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside >= most {
		return false
	}
	g.inside++
	return true
}

// leave makes room for another one.
func (g *gate) leave() {
	g.mu.Lock()
	g.inside--
	g.mu.Unlock()
	select {
	case g.left <- struct{}{}:
	default:
	}
}
