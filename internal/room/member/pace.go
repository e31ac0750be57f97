package member

import (
	"math/rand/v2"
	"time"
)

// A pace tells when to send next.
type pace struct {
	every    time.Duration // how often a room hears of a workshop in which nothing happens
	gap      time.Duration // between two reports at least, however often is graded
	shortest time.Duration // pause after a failure, which doubles with each
	longest  time.Duration // that it grows to

	failures int
}

// usual keeps within the limits of package wire with two workshops: a report is
// two requests.
func usual() pace {
	return pace{every: 10 * time.Second, gap: 2 * time.Second, shortest: time.Second, longest: 30 * time.Second}
}

// after returns how long to wait when a report has ended.
func (p *pace) after(s State, asked time.Duration) time.Duration {
	if s == Reporting {
		p.failures = 0
		return p.every
	}
	pause := min(p.longest, p.shortest<<min(p.failures, 20))
	p.failures++
	pause = max(pause, asked)
	return pause + rand.N(pause/2+1) // or a whole room comes back in the same moment
}
