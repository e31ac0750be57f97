package recorder

import (
	"sync/atomic"
	"time"
)

// A pulse tells how long the machine has kept this process waiting for a
// processor. Where it did, a check that measures time may have failed for that.
type pulse struct{ longest atomic.Int64 }

const (
	// beat is how often a pulse is felt.
	beat = 5 * time.Millisecond

	// tolerable is how late a beat may come. On an idle machine, with all checks
	// of a step at once, one in a hundred sees more; no check needs less.
	tolerable = 50 * time.Millisecond
)

// feel starts a pulse. It has no end but the process's.
func feel() *pulse {
	p := &pulse{}
	go func() {
		for last := time.Now(); ; {
			time.Sleep(beat)
			now := time.Now()
			p.longest.Store(max(p.longest.Load(), int64(now.Sub(last)-beat)))
			last = now
		}
	}()
	return p
}

// faltered reports whether a beat came too late to be sure of a failure, or a
// process that the check has started was kept waiting.
func (p *pulse) faltered() bool {
	return time.Duration(p.longest.Load()) > tolerable || keptWaiting.Load()
}

// keptWaiting is set when a process that was started here has taken much longer
// than it does for itself: it has no pulse that could be felt here, and the
// kernel may keep it before its first instruction, or after its last.
var keptWaiting atomic.Bool

// usual is longer than any process takes to come up, or for an errand: those
// take a few hundredths.
const usual = time.Second

// startedBy takes note of a process that has come up, or done its errand, so
// long after its start.
func startedBy(took time.Duration) {
	if took > usual {
		keptWaiting.Store(true)
	}
}
