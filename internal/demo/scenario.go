package demo

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"otel.workshop/internal/nearest"
	"otel.workshop/internal/shop"
	"otel.workshop/internal/variant"
)

// A Scenario is what happens to a service, from its first request to its end:
// acts, one after the other, and then SIGTERM. A variant's diff names one in
// its Scenario trailer.
type Scenario struct {
	Name    string
	Summary string // in a sentence or two, for the room
	Alone   string // instead, where the service stands alone; "" for the same
	Reach   Reach  // of the collector, for the service
	Twice   bool   // the service runs as two replicas, see [Act.Replica]
	Acts    []Act
	Always  []ID // figures that are told even where both sides have the same
}

// An Act is a number of requests, sent by a few callers at the same time: each
// sends one, waits for the answer, and sends the next.
type Act struct {
	Faults   []shop.Fault  // what is wrong meanwhile, and only then
	Requests int           // how many are sent
	Alone    int           // how many instead to a service that stands alone, whose traces are one span each
	Callers  int           // at the same time
	First    int64         // the number of the first order that is asked for
	Orders   int           // how many different ones, before they begin again
	Apart    time.Duration // how much later each request is sent than the one before, at the least
	Patience time.Duration // when a caller that has no answer hangs up; 0: never
	Draw     bool          // its last request is the one that is drawn
	Replica  int           // of the service, from 0: whom the callers ask

	// IntoTheEnd has SIGTERM sent while the payment API keeps all of the
	// requests waiting, so that they are in flight. To a service that never
	// asks it, or stands alone, SIGTERM is sent when they are answered.
	IntoTheEnd bool
}

// Reach is how a service reaches its collector.
type Reach string

// The ways in which it does, or does not.
const (
	ByEnvironment Reach = ""         // it is told by OTEL_EXPORTER_OTLP_ENDPOINT
	ByDefault     Reach = "default"  // it is told nothing; the collector is at http://localhost:4318
	Refused       Reach = "refused"  // nobody listens where it is told that one is
	Hanging       Reach = "hanging"  // its connections are accepted, and never answered
	Stalling      Reach = "stalling" // the same, until SIGTERM is sent
)

// knownOrders is how many orders there are, numbered from 1: see
// internal/postgres/orders.sql. Order 42 is one that has been shipped and paid.
const (
	knownOrders = 300
	aKnownOrder = 42
	noSuchOrder = 1_000
)

// batch is how many spans the SDK's batch processor sends at once, without
// waiting for its five seconds to be over. A little more than that is sent
// before a SIGTERM, so that what is lost at the end is the last batch and not
// all there is.
const batch = 512

// scenarios is the list of them, in the order in which they are told.
var scenarios = []Scenario{
	{
		Name:    "traffic",
		Summary: "Some callers ask for orders, a few of which do not exist. Then the service is ended with SIGTERM.",
		Alone:   "Some callers send requests. Then the service is ended with SIGTERM.",
		Acts: []Act{
			{Requests: 36, Callers: 4, First: 1, Orders: 36},
			{Requests: 3, Callers: 1, First: noSuchOrder, Orders: 3},
			{Requests: 1, Callers: 1, First: aKnownOrder, Orders: 1, Draw: true},
		},
		Always: []ID{ServerSpans},
	},
	{
		Name:    "default-collector",
		Summary: "Some callers send requests to a service that is told nothing about its collector, which listens where exporters look for it by themselves: port 4318 of this machine, without TLS. Then it is ended with SIGTERM.",
		Reach:   ByDefault,
		Acts: []Act{
			{Requests: 39, Callers: 4, First: 1, Orders: 39},
			{Requests: 1, Callers: 1, First: aKnownOrder, Orders: 1, Draw: true},
		},
		Always: []ID{ServerSpans},
	},
	{
		Name:    "sigterm",
		Summary: "The service is ended with SIGTERM, as at every deploy, shortly after a rush and with a few requests in it that a slow payment API holds up.",
		Alone:   "The service is ended with SIGTERM, as at every deploy, shortly after a rush.",
		Acts: []Act{
			{Requests: batch/4 + 32, Alone: batch + 88, Callers: 4, First: 1, Orders: knownOrders},
			{Requests: 1, Callers: 1, First: aKnownOrder, Orders: 1, Draw: true},
			{Requests: 4, Callers: 4, First: 1, Orders: 4, Faults: []shop.Fault{shop.SlowPayment}, IntoTheEnd: true},
		},
		Always: []ID{Answered, ServerSpans, Exit},
	},
	{
		Name:    "long-run",
		Summary: "A request comes every half a second, for eleven seconds: longer than any deadline that a service gives itself. Then it is ended with SIGTERM, with a few requests in it that a slow payment API holds up.",
		Alone:   "A request comes every half a second, for eleven seconds: longer than any deadline that a service gives itself. Then it is ended with SIGTERM.",
		Acts: []Act{
			{Requests: 22, Callers: 2, Apart: time.Second / 2, First: 1, Orders: 22},
			{Requests: 1, Callers: 1, First: aKnownOrder, Orders: 1, Draw: true},
			{Requests: 4, Callers: 4, First: 1, Orders: 4, Faults: []shop.Fault{shop.SlowPayment}, IntoTheEnd: true},
		},
		Always: []ID{Answered, ServerSpans, Exit},
	},
	{
		Name:    "collector-down",
		Summary: "Some callers send requests while nobody listens where the collector should be. Then the service is ended with SIGTERM.",
		Reach:   Refused,
		Acts: []Act{
			{Requests: 23, Callers: 4, First: 1, Orders: 23},
			{Requests: 1, Callers: 1, First: aKnownOrder, Orders: 1, Draw: true},
		},
		Always: []ID{ServerSpans, Exit, Printed},
	},
	{
		Name:    "collector-stays-down",
		Summary: "A request comes every half a second while nobody listens where the collector should be, for eleven seconds: the metrics' turn comes, too. Then the service is ended with SIGTERM.",
		Reach:   Refused,
		Acts: []Act{
			{Requests: 22, Callers: 2, Apart: time.Second / 2, First: 1, Orders: 22},
			{Requests: 1, Callers: 1, First: aKnownOrder, Orders: 1, Draw: true},
		},
		Always: []ID{ServerSpans, Exit, Printed},
	},
	{
		Name:    "collector-hangs",
		Summary: "The collector accepts what it is sent, and never answers. Callers hang up after a second. Then the service is ended with SIGTERM.",
		Reach:   Hanging,
		Acts: []Act{
			{Requests: 8, Callers: 4, First: 1, Orders: 8, Patience: time.Second},
			{Requests: 1, Callers: 1, First: aKnownOrder, Orders: 1, Patience: time.Second, Draw: true},
		},
		Always: []ID{CallerP50, Exit},
	},
	{
		Name:    "collector-stalls",
		Summary: "The collector accepts what it is sent, and does not answer. Callers hang up after a second. The collector recovers just before the service is ended with SIGTERM.",
		Reach:   Stalling,
		Acts: []Act{
			{Requests: 8, Callers: 4, First: 1, Orders: 8, Patience: time.Second},
			{Requests: 1, Callers: 1, First: aKnownOrder, Orders: 1, Patience: time.Second, Draw: true},
		},
		Always: []ID{Lost, CallerP50, Exit},
	},
	{
		Name:    "long-outage",
		Summary: "The collector accepts what it is sent, and never answers, through a rush that leaves more spans than any queue holds. Then the service is ended with SIGTERM.",
		Reach:   Hanging,
		Acts: []Act{
			{Requests: 4 * batch, Callers: 4, First: 1, Orders: knownOrders, Patience: time.Second},
			{Requests: 1, Callers: 1, First: aKnownOrder, Orders: 1, Patience: time.Second, Draw: true},
		},
		Always: []ID{Answered, CallerP50, Printed},
	},
	{
		Name:    "slow-database",
		Summary: "Nearly all queries take milliseconds. The last ones take two seconds.",
		Acts: []Act{
			{Requests: 36, Callers: 4, First: 1, Orders: 36},
			{Requests: 4, Callers: 4, First: aKnownOrder - 3, Orders: 4, Faults: []shop.Fault{shop.SlowDatabase}, Draw: true},
		},
		Always: []ID{CallerP50, CallerP99, QueryP50, QueryP99},
	},
	{
		Name:    "database-down",
		Summary: "The database refuses connections, after a few requests that went well.",
		Acts: []Act{
			{Requests: 10, Callers: 4, First: 1, Orders: 10},
			{Requests: 29, Callers: 4, First: 11, Orders: 29, Faults: []shop.Fault{shop.DatabaseDown}},
			{Requests: 1, Callers: 1, First: aKnownOrder, Orders: 1, Faults: []shop.Fault{shop.DatabaseDown}, Draw: true},
		},
		Always: []ID{Answers, Failed, QueryCount},
	},
	{
		Name:    "caller-hangs-up",
		Summary: "Callers hang up after a third of a second, once while the payment API is slow, once while the database is.",
		Acts: []Act{
			{Requests: 4, Callers: 4, First: 1, Orders: 4, Patience: time.Second / 3, Faults: []shop.Fault{shop.SlowPayment}},
			{Requests: 3, Callers: 3, First: 5, Orders: 3, Patience: time.Second / 3, Faults: []shop.Fault{shop.SlowDatabase}},
			{Requests: 1, Callers: 1, First: aKnownOrder, Orders: 1, Patience: time.Second / 3, Faults: []shop.Fault{shop.SlowDatabase}, Draw: true},
		},
		Always: []ID{Answered, Longest, Exit},
	},
	{
		Name:    "payment-fails",
		Summary: "The payment API answers 500, after a few requests that went well.",
		Acts: []Act{
			{Requests: 10, Callers: 4, First: 1, Orders: 10},
			{Requests: 29, Callers: 4, First: 11, Orders: 29, Faults: []shop.Fault{shop.PaymentFails}},
			{Requests: 1, Callers: 1, First: aKnownOrder, Orders: 1, Faults: []shop.Fault{shop.PaymentFails}, Draw: true},
		},
		Always: []ID{Answers, Spans},
	},
	{
		Name:    "slow-payment",
		Summary: "The payment API takes two seconds to answer, after a few requests that went well.",
		Acts: []Act{
			{Requests: 10, Callers: 4, First: 1, Orders: 10},
			{Requests: 4, Callers: 4, First: aKnownOrder - 3, Orders: 4, Faults: []shop.Fault{shop.SlowPayment}, Draw: true},
		},
		Always: []ID{Answers, CallerP99, Longest},
	},
	{
		Name:    "pile-up",
		Summary: "A request comes every few milliseconds, while the payment API takes two seconds to answer: in the end 150 wait for it at the same time. The database lets no more than 100 clients in, as PostgreSQL does by default.",
		Acts: []Act{
			{Requests: 10, Callers: 4, First: 1, Orders: 10},
			{Requests: 150, Callers: 150, Apart: 8 * time.Millisecond, First: 1, Orders: 108, Faults: []shop.Fault{shop.SlowPayment}, Draw: true}, // the last one asks for 42
		},
		Always: []ID{Answers, CallerP99},
	},
	{
		Name:    "payment-hangs",
		Summary: "The payment API accepts connections and never answers, after a few requests that went well. Callers hang up after three seconds.",
		Acts: []Act{
			{Requests: 10, Callers: 4, First: 1, Orders: 10},
			{Requests: 4, Callers: 4, First: aKnownOrder - 3, Orders: 4, Patience: 3 * time.Second, Faults: []shop.Fault{shop.PaymentHangs}, Draw: true},
		},
		Always: []ID{Answered, Answers, Longest},
	},
	{
		Name:    "payment-down",
		Summary: "The payment API refuses connections, after a few requests that went well.",
		Acts: []Act{
			{Requests: 10, Callers: 4, First: 1, Orders: 10},
			{Requests: 29, Callers: 4, First: 11, Orders: 29, Faults: []shop.Fault{shop.PaymentDown}},
			{Requests: 1, Callers: 1, First: aKnownOrder, Orders: 1, Faults: []shop.Fault{shop.PaymentDown}, Draw: true},
		},
		Always: []ID{Answers, Failed},
	},
	{
		Name:    "database-garbled",
		Summary: "The database's answers are garbled, after a few requests that went well, and its driver panics over them in the handler.",
		Acts: []Act{
			{Requests: 10, Callers: 4, First: 1, Orders: 10},
			{Requests: 29, Callers: 4, First: 11, Orders: 29, Faults: []shop.Fault{shop.DatabaseGarbled}},
			{Requests: 1, Callers: 1, First: aKnownOrder, Orders: 1, Faults: []shop.Fault{shop.DatabaseGarbled}, Draw: true},
		},
		Always: []ID{Answers, Failed, Printed},
	},
	{
		Name:    "many-orders",
		Summary: "Callers ask for one order after the other, each for another one. Most of them do not exist, which is answered 404.",
		Acts: []Act{
			{Requests: 2_199, Callers: 4, First: 1, Orders: 2_199},
			{Requests: 1, Callers: 1, First: aKnownOrder, Orders: 1, Draw: true},
		},
		Always: []ID{Answered, Names},
	},
	{
		Name:    "two-replicas",
		Summary: "The service runs twice behind one address, and whoever deploys it says so: OTEL_RESOURCE_ATTRIBUTES=service.instance.id=replica-1, and replica-2. Thirty requests go to the first one, ten to the other. Then both are ended with SIGTERM, one after the other, and each sends what it has counted.",
		Twice:   true,
		Acts: []Act{
			{Requests: 30, Callers: 4, First: 1, Orders: 30},
			{Requests: 9, Callers: 4, First: 31, Orders: 9, Replica: 1},
			{Requests: 1, Callers: 1, First: aKnownOrder, Orders: 1, Replica: 1, Draw: true},
		},
		Always: []ID{ServerSpans, Counted},
	},
}

// Scenarios returns all of them, in the order in which they are told.
func Scenarios() []Scenario { return slices.Clone(scenarios) }

// Faults returns what is wrong in a scenario, of what can be switched on by
// hand: in go run . run, and on the page. What else happens is done by callers,
// or is the end of the service.
func (s Scenario) Faults() []shop.Fault {
	var faults []shop.Fault
	switch s.Reach {
	case Refused:
		faults = append(faults, shop.CollectorDown)
	case Hanging, Stalling:
		faults = append(faults, shop.CollectorHangs)
	}
	for _, a := range s.Acts {
		for _, f := range a.Faults {
			if !slices.Contains(faults, f) {
				faults = append(faults, f)
			}
		}
	}
	return faults
}

// Tell says in a sentence or two what happens to a service.
func (s Scenario) Tell(source shop.Source) string {
	if source.StandsAlone() && s.Alone != "" {
		return s.Alone
	}
	return s.Summary
}

// FindScenario returns the scenario of that name. The error says which there
// are.
func FindScenario(name string) (Scenario, error) {
	var names []string
	for _, s := range scenarios {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	text := fmt.Sprintf("there is no scenario %q", name)
	if near := nearest.Name(name, names); near != "" {
		text += fmt.Sprintf(" (did you mean %s?)", near)
	}
	return Scenario{}, errors.New(text + ". There are: " + strings.Join(names, ", "))
}

// ScenarioOf returns the scenario that a variant's trailer names. The error
// says what to write there.
func ScenarioOf(v variant.Variant) (Scenario, error) {
	if variant.IsTests(v.Step) {
		return Scenario{}, fmt.Errorf("%s is a mistake in tests, which nothing happens to: go run . break %[1]s puts it into steps/%s, and go run . check %[2]s shows what it lets through", v.Name, v.Step)
	}
	s, err := FindScenario(v.Scenario)
	if err != nil {
		return s, fmt.Errorf("the trailer Scenario of %s: %w", v.Path, err)
	}
	return s, s.fits(v)
}

// fits returns an error for a scenario that can't happen to a variant: a
// service that stands alone has no database that could be down.
func (s Scenario) fits(v variant.Variant) error {
	if !(shop.Source{Variant: &v}).StandsAlone() {
		return nil
	}
	for _, a := range s.Acts {
		if len(a.Faults) > 0 && !a.IntoTheEnd {
			return fmt.Errorf("in the scenario %s something is wrong with the database or the payment API, and the service of %s (%s) needs neither: name another, such as traffic", s.Name, v.Name, v.Step)
		}
	}
	return nil
}

// requests is how many requests an act sends to a service.
func (a Act) requests(standsAlone bool) int {
	if standsAlone && a.Alone > 0 {
		return a.Alone
	}
	return a.Requests
}

// path is what the request with this number, from 0, asks for.
func (a Act) path(number int, source shop.Source) string {
	if source.StandsAlone() {
		return source.Path()
	}
	return fmt.Sprintf("/orders/%d", a.First+int64(number%a.Orders))
}
