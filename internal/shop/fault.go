package shop

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"otel.workshop/internal/nearest"
	"otel.workshop/internal/payments"
)

// A Fault is something that can be wrong in a [World]. Its value is its name on
// the command line.
type Fault string

// The faults that there are. Of those of the payment API, the latest counts,
// and so it does of those of the collector.
const (
	SlowDatabase    Fault = "slow-database"
	DatabaseDown    Fault = "database-down"
	DatabaseGarbled Fault = "database-garbled"
	SlowPayment     Fault = "slow-payment"
	PaymentFails    Fault = "payment-fails"
	PaymentHangs    Fault = "payment-hangs"
	PaymentDown     Fault = "payment-down"
	CollectorHangs  Fault = "collector-hangs"
	CollectorDown   Fault = "collector-down"
)

// Delay is how much longer something slow takes: the story's two seconds.
const Delay = 2 * time.Second

// Faults returns all of them, in the order in which a list shows them.
func Faults() []Fault {
	return []Fault{
		SlowDatabase, DatabaseDown, DatabaseGarbled,
		SlowPayment, PaymentFails, PaymentHangs, PaymentDown,
		CollectorHangs, CollectorDown,
	}
}

// String says in a sentence what is wrong.
func (f Fault) String() string {
	switch f {
	case SlowDatabase:
		return fmt.Sprintf("each query takes %s longer", Delay)
	case DatabaseDown:
		return "the database refuses connections"
	case DatabaseGarbled:
		return "the database's rows are garbled, and its driver panics over them"
	case SlowPayment, PaymentFails, PaymentHangs, PaymentDown:
		return "the payment API " + f.payment().String()
	case CollectorHangs:
		return "the collector accepts connections, and answers nothing"
	case CollectorDown:
		return "the collector refuses connections"
	}
	return string(f)
}

// OfCollector reports whether it is the collector that something is wrong
// with. Any service has one, also one that stands alone.
func (f Fault) OfCollector() bool { return f == CollectorHangs || f == CollectorDown }

// FindFault returns the fault of that name. The error names those that there
// are.
func FindFault(name string) (Fault, error) {
	var names []string
	for _, f := range Faults() {
		names = append(names, string(f))
	}
	if slices.Contains(names, name) {
		return Fault(name), nil
	}
	text := fmt.Sprintf("there is no fault %q", name)
	if near := nearest.Name(name, names); near != "" {
		text += fmt.Sprintf(" (did you mean %s?)", near)
	}
	return "", errors.New(text + ". There are: " + strings.Join(names, ", "))
}

// payment returns what a fault of the payment API is to the API itself.
func (f Fault) payment() payments.Fault {
	switch f {
	case SlowPayment:
		return payments.Slow(Delay)
	case PaymentFails:
		return payments.Fails()
	case PaymentHangs:
		return payments.Hangs()
	case PaymentDown:
		return payments.Down()
	}
	return payments.Fault{}
}

// On returns the faults that there are now.
func (w *World) On() []Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	suffered := w.collector.Faults()
	return slices.DeleteFunc(Faults(), func(f Fault) bool { return !w.on[f] && !slices.Contains(suffered, f) })
}

// Set brings a fault about, or ends it. It counts for what begins afterwards.
// An error says why it can't be done to what is there.
func (w *World) Set(f Fault, on bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if f.OfCollector() {
		return w.collector.Set(f, on)
	}
	if w.alone {
		return fmt.Errorf("%s is about the database and the payment API, which the first step has no use for: run 02 or a later step; %s and %s are of use here", string(f), string(CollectorHangs), string(CollectorDown))
	}
	switch f {
	case SlowDatabase, DatabaseDown, DatabaseGarbled:
		if w.link == nil {
			return fmt.Errorf("%s can't be done to %s: its connection is encrypted, or a socket of this machine; with the embedded database, or with sslmode=disable, it can", string(f), w.Database())
		}
		w.spoil(f, on)
	default:
		for _, other := range []Fault{SlowPayment, PaymentFails, PaymentHangs, PaymentDown} {
			if other != f && on {
				w.on[other] = false // the API has one fault at a time
			}
		}
		if on {
			w.payments.Set(f.payment())
		} else if w.on[f] {
			w.payments.Set(payments.Fault{})
		}
	}
	w.on[f] = on
	return nil
}

// spoil spoils the database's connections. The caller holds mu.
func (w *World) spoil(f Fault, on bool) {
	switch f {
	case DatabaseDown:
		w.link.Down(on)
	case DatabaseGarbled:
		w.link.Garble(on)
	case SlowDatabase:
		var d time.Duration
		if on {
			d = Delay
		}
		w.link.Slow(d)
	}
}
