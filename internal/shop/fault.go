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

// The faults that there are. Of those of the payment API, the latest counts.
const (
	SlowDatabase Fault = "slow-database"
	DatabaseDown Fault = "database-down"
	SlowPayment  Fault = "slow-payment"
	PaymentFails Fault = "payment-fails"
	PaymentHangs Fault = "payment-hangs"
	PaymentDown  Fault = "payment-down"
)

// Delay is how much longer something slow takes: the story's two seconds.
const Delay = 2 * time.Second

// Faults returns all of them, in the order in which a list shows them.
func Faults() []Fault {
	return []Fault{SlowDatabase, DatabaseDown, SlowPayment, PaymentFails, PaymentHangs, PaymentDown}
}

// String says in a sentence what is wrong.
func (f Fault) String() string {
	switch f {
	case SlowDatabase:
		return fmt.Sprintf("each query takes %s longer", Delay)
	case DatabaseDown:
		return "the database refuses connections"
	case SlowPayment, PaymentFails, PaymentHangs, PaymentDown:
		return "the payment API " + f.payment().String()
	}
	return string(f)
}

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

// On returns the faults that are there now.
func (w *World) On() []Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(Faults(), func(f Fault) bool { return !w.on[f] })
}

// Set brings a fault about, or ends it. It counts for what begins afterwards.
// An error says that this database's connection can't be interfered with.
func (w *World) Set(f Fault, on bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch f {
	case SlowDatabase, DatabaseDown:
		if w.link == nil {
			return fmt.Errorf("%s can't be done to %s: its connection is encrypted, or a socket of this machine; with the embedded database, or with sslmode=disable, it can", f, w.Database())
		}
		if f == DatabaseDown {
			w.link.Down(on)
		} else if on {
			w.link.Slow(Delay)
		} else {
			w.link.Slow(0)
		}
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
