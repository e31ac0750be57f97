package trial

// A Kind is what one check is about: services with mistakes that are alike.
type Kind struct {
	Check    string   // "catches-lost-parents"
	Scenes   []string // in which they show
	Mistakes []Subject
}

// Kinds are the mistakes that the checks of step 5 want caught, in the order of
// the lesson.
var Kinds = []Kind{
	{"catches-lost-parents", []string{OrderThere}, []Subject{
		In02("background-context"),
		In02("ctx-discarded"),
		In02("query-in-background"),
		In02("route-unwrapped"),
		In03("no-query-span"),
	}},
	{"catches-silent-failures", []string{DatabaseFails}, []Subject{
		In02("error-without-status"),
		In02("error-read-too-early"),
		In02("ok-then-error"),
		In02("status-without-error-type"),
		In03("query-error-without-status"),
		In03("failure-kept-back"),
	}},
	{"catches-open-spans", []string{OrderThere, DatabaseFails, StorePanics, PaymentsFail}, []Subject{
		In02("defer-forgotten"),
		In02("end-skipped-by-panic"),
		In02("body-not-closed"),
		In03("query-span-left-open"),
		In03("end-not-deferred"),
	}},
	{"catches-broken-thread", []string{OrderThere, BaggageArrives}, []Subject{
		In02("transport-bare"),
		In02("request-without-context"),
		In02("header-without-span"),
		In02("secret-in-baggage"),
	}},
	{"catches-uncounted", []string{ThreeOrders, DatabaseFails, OrderNotThere, CallerLeaves}, []Subject{
		In03("success-only-counter"),
		In03("no-row-uncounted"),
		In03("left-uncounted"),
		In03("counted-twice"),
		In03("duration-of-successes"),
		In03("milliseconds"),
		In03("default-buckets"),
	}},
	{"catches-false-alarms", []string{OrderNotThere, OrderWrapped, CallerLeaves}, []Subject{
		In02("not-found-as-error"),
		In02("not-found-compared"),
		In03("no-row-as-error"),
		In03("left-as-lost"),
	}},
	{"catches-cardinality", []string{ThreeOrders, ThreeFailures}, []Subject{
		In02("id-in-span-name"),
		In02("raw-path-name"),
		In03("order-id-attribute"),
		In03("error-message-as-type"),
		In03("text-as-attribute"),
	}},
	{"catches-leaks", []string{OrderThere, OrderNotThere, DatabaseFails}, []Subject{
		In03("rows-leak"),
		In03("connection-kept"),
	}},
}

// Mistakes returns the mistakes of a check, none when it is about no kind.
func Mistakes(check string) []Subject { return KindOf(check).Mistakes }

// KindOf returns the kind of mistakes that a check is about, the zero Kind when
// it is about none.
func KindOf(check string) Kind {
	for _, kind := range Kinds {
		if kind.Check == check {
			return kind
		}
	}
	return Kind{}
}
