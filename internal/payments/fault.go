package payments

import (
	"fmt"
	"time"
)

// A Fault is something that is wrong with the payment API. The zero Fault is
// nothing. Faults can be compared with ==.
type Fault struct {
	kind  kind
	delay time.Duration
}

type kind int

const (
	none kind = iota
	slow
	fails
	hangs
	down
)

// Slow makes each answer take d longer. The time passes inside the handler,
// and ends at once when the caller goes away.
func Slow(d time.Duration) Fault { return Fault{kind: slow, delay: d} }

// Fails makes the API answer 500.
func Fails() Fault { return Fault{kind: fails} }

// Hangs makes the API never answer, until the caller goes away.
func Hangs() Fault { return Fault{kind: hangs} }

// Down makes the API refuse connections: nobody listens, which is what callers
// see of a program that is gone. (To accept and reset them would keep the port
// for certain, but callers would see another error than in production.) When
// the fault is lifted, the API listens on the same port again.
func Down() Fault { return Fault{kind: down} }

// String describes the fault, in the words of a sentence about the payment API.
func (f Fault) String() string {
	switch f.kind {
	case slow:
		return fmt.Sprintf("takes %s longer", f.delay)
	case fails:
		return "answers 500"
	case hangs:
		return "never answers"
	case down:
		return "refuses connections"
	}
	return "is well"
}
