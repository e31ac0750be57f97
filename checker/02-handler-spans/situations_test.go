package handlerspans_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	handlerspans "otel.workshop/steps/02-handler-spans"
)

// A situation is something that happens to the service while it serves an
// order. Each is played three times with one handler: for order 42, again for
// order 7, and for 42 while 7 is being served and all is well with that one.
type situation struct {
	name   string // as a finding says it
	path   string // what is asked for instead of the order's number
	store  fault  // of the order store
	api    fault  // of the payment API
	caller caller
	codes  []int  // what the answer's status may be; nil: the caller does not see it
	state  string // the payment's, in the answer of an order that is there
}

// situations are what can happen to this service, from the best to the worst.
// They name the situations that a check asks for: all of them, or of a kind.
var situations = slices.Concat(healthy, unknown, unreadable, unpaid, left)

// healthy are those in which the order is there, and its payment too.
var healthy = []situation{
	{name: "all is well", codes: ok, state: "paid"},
	{name: "there is no payment", api: noPayment, codes: ok, state: "none"},
	{name: "the payment API answers at length", api: fault{code: http.StatusOK, says: `{"order_id":42,"state":"paid"}` + padding}, state: "paid"},
	{name: "the caller has begun the trace", caller: caller{trace: sampled, baggage: true}, codes: ok, state: "paid"},
	{name: "the caller does not keep the trace", caller: caller{trace: unsampled, baggage: true}, codes: ok, state: "paid"},
}

// slowly is when the headers of a payment arrive long before it does.
var slowly = situation{name: "the payment API's answer comes slowly", api: fault{code: http.StatusOK, says: `{"order_id":42,"state":"paid"}`, slow: true}, codes: ok, state: "paid"}

// unknown are those in which there is no such order, and nobody pays for it.
var unknown = []situation{
	{name: "no such order", store: fails(func(int64) error { return handlerspans.ErrNotFound }), api: noPayment, codes: notFound},
	{name: "the same, wrapped", store: fails(func(id int64) error {
		return fmt.Errorf("read order %d: %w", id, handlerspans.ErrNotFound)
	}), api: noPayment, codes: notFound},
	{name: "the same, in other words", store: fails(func(int64) error { return noRows{} }), api: noPayment, codes: notFound},
}

// unlikely are numbers that no order has, as one may see without asking the
// store, and a caller for whom nobody need ask.
var unlikely = []situation{
	{name: "the order's number is 0", path: "0", api: noPayment, codes: noSuch},
	{name: "the order's number is below 0", path: "-1", api: noPayment, codes: noSuch},
	{name: "the order's number is beyond all others", path: "9007199254740993", api: noPayment, codes: notFound},
	{name: "the caller has left already", caller: caller{leaves: before}},
}

// unreadable are those in which the store fails.
var unreadable = []situation{
	{name: "the database fails", store: fails(func(id int64) error {
		return fmt.Errorf("connect to database db-%s: connection refused", where(id))
	}), codes: ours},
	{name: "the database takes too long", store: fails(func(id int64) error { return tooLate{where(id)} }), codes: ours},
}

// alike is a failure whose text reads like that of an order that does not exist.
var alike = situation{name: "a failure, in like words", store: fails(func(id int64) error {
	return fmt.Errorf("database db-%s: no such order table", where(id))
}), codes: ours}

// unpaid are those in which the payment API fails.
var unpaid = []situation{
	{name: "the payment API answers 500", api: fault{code: http.StatusInternalServerError, says: trouble + padding}, codes: theirs},
	{name: "the payment API answers 507", api: fault{code: http.StatusInsufficientStorage, says: trouble}, codes: theirs},
	{name: "the payment API refuses", api: fault{code: http.StatusForbidden, says: trouble}, codes: theirs},
	{name: "the payment API does not answer in JSON", api: fault{code: http.StatusOK, says: "<html>ledger-north-3" + padding}, codes: theirs},
	{name: "the payment API hangs up", api: fault{hangsUp: true}, codes: theirs},
	{name: "the payment API breaks off its answer", api: fault{code: http.StatusOK, says: `{"order_id":42,"st`, hangsUp: true}, codes: theirs},
	{name: "the payment API never answers", api: fault{hangs: true}, codes: late},
	{name: "the payment API never ends its answer", api: fault{code: http.StatusOK, says: `{"order_id":42,"st`, hangs: true}, codes: late},
}

// left are those in which the caller does not wait for the answer.
var left = []situation{
	{name: "the caller leaves while the order is read", caller: caller{leaves: reading}},
	{name: "the caller leaves while the payment is asked", caller: caller{leaves: paying}},
}

// noNumber is asked for something that is no order's number.
var noNumber = situation{name: "the order's number is none", path: "forty-two", codes: []int{http.StatusBadRequest}}

// panicking are those in which the code of the store panics.
var panicking = []situation{
	{name: "the store panics, with an error", store: fault{panics: fmt.Errorf("index out of range in db-%s", where(42))}, codes: ours},
	{name: "the store panics, with a text", store: fault{panics: "index out of range in db-" + where(42)}, codes: ours},
}

var (
	ok       = []int{http.StatusOK}
	notFound = []int{http.StatusNotFound}
	ours     = []int{http.StatusInternalServerError}
	theirs   = []int{http.StatusBadGateway}
	noSuch   = []int{http.StatusNotFound, http.StatusBadRequest}       // a number, though none that an order may have
	late     = []int{http.StatusBadGateway, http.StatusGatewayTimeout} // either tells whose failure it is
)

// noPayment is that the payment API knows of none.
var noPayment = fault{code: http.StatusNotFound, says: `{"error":"no such payment"}`}

// A fault is what the store or the payment API does instead of its work.
type fault struct {
	err     func(id int64) error // the store: it fails with this
	panics  any                  // the store: it panics with this
	code    int                  // the API: the status of its answer
	says    string               // the API: the body of its answer, as for order 42
	slow    bool                 // the API: it takes its time between the headers and the body
	hangsUp bool                 // the API: it closes the connection, after what it says
	hangs   bool                 // the API: it goes on for ever, after what it says
}

func fails(err func(id int64) error) fault { return fault{err: err} }

// A caller is what is particular about whoever asks for the order.
type caller struct {
	trace   string // the flags of the traceparent that is sent, if any
	baggage bool   // sends baggage as well
	leaves  string // when
}

const (
	sampled, unsampled = "01", "00"
	before             = "before anything happens"
	reading, paying    = "while the order is read", "while the payment is asked"
)

// trouble is the payment API's own, with something in it that nobody else would
// say.
const trouble = `{"error":"ledger-north-3 is full"}`

// padding is more than a decoder reads at once.
var padding = strings.Repeat(" ", 64<<10)

// where tells the orders' databases apart, so that the texts of one failure
// differ.
func where(id int64) string { return map[int64]string{42: "north-5", 7: "south-9"}[id] }

// noRows is an order that does not exist, as somebody else would say it.
type noRows struct{}

func (noRows) Error() string { return "the result has no rows" }
func (noRows) Unwrap() error { return handlerspans.ErrNotFound }

// tooLate is that a limit of the store's own is over: the request's context has
// not ended.
type tooLate struct{ database string }

func (e tooLate) Error() string { return "read an order from db-" + e.database + ": it takes too long" }
func (e tooLate) Unwrap() error { return context.DeadlineExceeded }

// those returns the situations of some kinds that have a property.
func those(list []situation, has func(s situation) bool) []situation {
	return slices.DeleteFunc(slices.Clone(list), func(s situation) bool { return !has(s) })
}
