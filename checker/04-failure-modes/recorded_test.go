package failuremodes_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/nearest"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// mustRecord ends the check when a request left another trace, or no word in
// the log.
func mustRecord(t *testing.T, i int, a asking, log *logbook) {
	t.Helper()
	r := requests[i]
	f := recorder.At(failuremodes.NewHandler, finding.Finding{})
	fail := func(want, got, cause string) {
		t.Helper()
		f.Want, f.Got, f.Cause = r.what+"\n"+want, r.what+"\n"+got, cause
		recorder.Fail(t, f)
	}
	servers := recorder.OfKind(a.spans, trace.SpanKindServer)
	if len(servers) != 1 {
		fail("one span of the request", fmt.Sprintf("%d spans of the request:\n%s", len(servers), recorder.Tree(a.spans)), "")
	}
	server := servers[0]
	if failed := a.code >= http.StatusInternalServerError; failed != (server.Status.Code == codes.Error) {
		if !failed {
			recorder.Needs(t, "panic-recorded")
		}
		state := map[bool]string{true: "Error", false: "Unset"}
		fail("the request's span has status "+state[failed], "the request's span has status "+server.Status.Code.String(), "")
	}
	loads := named(a.spans, "load order")
	switch {
	case r.load == "none":
		if len(loads) > 0 {
			fail("no span load order", recorder.Tree(a.spans), "Nothing was loaded.")
		}
		return
	case len(loads) == 0:
		cause := ""
		for _, s := range a.spans {
			if s.SpanKind == trace.SpanKindInternal && nearest.Name(s.Name, []string{"load order"}) != "" {
				cause = fmt.Sprintf("A span is called %q: nearly so, and not so.", s.Name)
			}
		}
		recorder.Needs(t, "span-ends-on-every-path")
		fail("GET /orders/{id}\n└─ load order", recorder.Tree(a.spans), cause)
	}
	load := loads[0]
	if !recorder.Below(a.spans, load, server) {
		fail("load order is below the request's span", recorder.Tree(a.spans), "")
	}
	for _, s := range append(loads, named(a.spans, "receipt.send")...) {
		if id, ok := recorder.Attr(s.Attributes, "order.id"); id != r.order {
			got := fmt.Sprintf("%s   order.id=%s", s.Name, id)
			if !ok {
				got = s.Name + "   no order.id"
				for _, kv := range s.Attributes {
					if nearest.Name(string(kv.Key), []string{"order.id"}) != "" {
						got += fmt.Sprintf(", but %s", kv.Key)
					}
				}
			}
			fail(fmt.Sprintf("%s   order.id=%s", s.Name, r.order), got, "")
		}
		if s.InstrumentationScope.Name != "demo.handler" {
			fail(s.Name+"   from the tracer demo.handler", s.Name+"   from the tracer "+s.InstrumentationScope.Name, "")
		}
	}
	typ, _ := recorder.Attr(load.Attributes, "error.type")
	state := func(code codes.Code, typ string) string {
		if typ == "" {
			typ = "none"
		}
		return fmt.Sprintf("load order   status %s, error.type %s", code, typ)
	}
	switch failed := load.Status.Code == codes.Error; {
	case r.load == "fine" && (failed || typ != ""):
		cause := "What was asked of it has been done: the order was found."
		if r.order == unknown {
			cause = "That there is no such order is an answer, and no error: see 2.7."
		}
		fail(state(codes.Unset, ""), state(load.Status.Code, typ), cause)
	case r.load == "failed" && (!failed || typ == ""):
		recorder.Needs(t, "span-ends-on-every-path") // what a span is told after its end is lost
		fail(state(codes.Error, "…"), state(load.Status.Code, typ), "What has failed is marked as failed, with the kind of its error: see 2.6.")
	}
	if r.log && a.code != http.StatusOK && !log.leadsTo(a.trace) {
		got := "no line in the service's log has its trace_id"
		if log.tells(a.trace) {
			got = "a line in the service's log has it, not under the name trace_id"
		}
		fail("a line in the service's log has its trace_id", got, "The line of a request that failed leads to its trace: see 2.14.")
	}
}

// mustStandBelow ends the check when a query, or the call to the payment API,
// is not where it belongs. called are the spans that the payment API has seen.
func mustStandBelow(t *testing.T, i int, a asking, called map[string]bool) {
	t.Helper()
	r := requests[i]
	if r.load == "none" {
		return
	}
	f := recorder.At(failuremodes.NewHandler, finding.Finding{Got: r.what + "\n" + recorder.Tree(a.spans)})
	load := named(a.spans, "load order")[0]
	if !slices.ContainsFunc(named(a.spans, "db.query"), func(s tracetest.SpanStub) bool { return recorder.Below(a.spans, s, load) }) {
		f.Want = r.what + "\nGET /orders/{id}\n└─ load order\n   └─ db.query"
		recorder.Fail(t, f)
	}
	if len(r.body) == 0 {
		return
	}
	server := recorder.OfKind(a.spans, trace.SpanKindServer)[0]
	calls := slices.ContainsFunc(recorder.OfKind(a.spans, trace.SpanKindClient), func(s tracetest.SpanStub) bool {
		return called[s.SpanContext.SpanID().String()] && recorder.Below(a.spans, s, server)
	})
	if !calls {
		f.Want = r.what + "\nGET /orders/{id}\n├─ load order\n│  └─ db.query\n└─ HTTP GET, which the payment API has heard of"
		recorder.Fail(t, f)
	}
}

// mustSend ends the check when a request has left a receipt that should not, or
// more than one.
func mustSend(t *testing.T, i int, a asking) {
	t.Helper()
	r := requests[i]
	n, most := len(named(a.spans, "receipt.send")), 0
	if r.answers[0] == http.StatusOK || r.fails {
		most = 1
	}
	if n > most {
		recorder.Fail(t, recorder.At(failuremodes.NewHandler, finding.Finding{
			Want: fmt.Sprintf("%s\nreceipts   %d", r.what, most),
			Got:  fmt.Sprintf("%s\nreceipts   %d", r.what, n),
		}))
	}
}

// mustNameFew ends the check when two orders that are found have different names
// of spans.
func mustNameFew(t *testing.T, askings []asking) {
	t.Helper()
	var names []string
	for _, a := range askings {
		names = append(names, recorder.OfKind(a.spans, trace.SpanKindServer)[0].Name)
	}
	if names[0] == names[1] {
		return
	}
	recorder.Fail(t, recorder.At(failuremodes.NewHandler, finding.Finding{
		Want:  "two orders are asked for\nthe requests' spans   one name",
		Got:   "two orders are asked for\nthe requests' spans   " + strings.Join(names, "\n                      "),
		Cause: "Spans are grouped by their names: what differs from request to request is an attribute. See 2.4.",
	}))
}

// mustNotTellTexts ends the check when two orders that can't be read for the
// same reason have different kinds of error.
func mustNotTellTexts(t *testing.T, askings []asking) {
	t.Helper()
	var types []string
	for i, r := range requests {
		if r.load == "failed" {
			typ, _ := recorder.Attr(named(askings[i].spans, "load order")[0].Attributes, "error.type")
			types = append(types, typ)
		}
	}
	if types[0] == types[1] {
		return
	}
	recorder.Fail(t, recorder.At(failuremodes.NewHandler, finding.Finding{
		Want:  "two orders can't be read: a database refuses the connection\nerror.type   the same value twice",
		Got:   "two orders can't be read: a database refuses the connection\nerror.type   " + strings.Join(types, "\n             "),
		Cause: "error.type is what errors are counted by, and has few values: the kind of an error, and not its text. See 2.6.",
	}))
}

// mustTellOfReceipt ends the check when a receipt that can't be sent looks like
// one that was.
func mustTellOfReceipt(t *testing.T, d *desk) {
	t.Helper()
	before := named(d.rec.All(), "receipt.send")
	ctx, span := d.rec.TracerProvider.Tracer("checker").Start(context.Background(), "GET /orders/{id}")
	why := "no such address " + randomHex(4)
	sent := make(chan struct{}) // a span that ends when Send returns has ended when the receipt fails
	for range 2 {
		d.receipts.Send(ctx, 42, func(context.Context) error {
			select {
			case <-sent:
			case <-time.After(100 * time.Millisecond): // Send waits for it
			}
			return errors.New(why)
		})
	}
	close(sent)
	span.End()
	d.settle()
	told := d.log.tellsSoon(why, time.Second)
	var receipts tracetest.SpanStubs
	for end := time.Now().Add(time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		receipts = slices.DeleteFunc(named(d.rec.All(), "receipt.send"), func(s tracetest.SpanStub) bool { return contains(before, s) })
		if len(receipts) > 0 && !slices.ContainsFunc(receipts, func(s tracetest.SpanStub) bool { return s.EndTime.IsZero() }) {
			break // what is told first, and what is done last, is up to the receipt
		}
	}
	row := func(status, typ, log string) string {
		return recorder.Table([]string{"a receipt can't be sent", ""}, []string{"its span", status}, []string{"error.type", typ}, []string{"the service's log", log})
	}
	says := map[bool]string{true: "tells why", false: "does not tell why"}
	want := row("status Error", "some kind", says[true])
	status, typ := "none", "none"
	if len(receipts) > 0 {
		status = "status " + receipts[0].Status.Code.String()
		if v, ok := recorder.Attr(receipts[0].Attributes, "error.type"); ok {
			if typ = "some kind"; strings.Contains(v, why) {
				typ = "its text: " + v
			}
		}
	}
	if got := row(status, typ, says[told]); got != want {
		recorder.Needs(t, "span-ends-on-every-path") // what a span is told after its end is lost
		recorder.Fail(t, recorder.At((*failuremodes.Receipts).Send, finding.Finding{Want: want, Got: got,
			Cause: "A receipt that can't be sent is an error like any other: on its span, and in the log, where the seller's question\nwill be looked up."}))
	}
}

// named returns the spans of that name.
func named(spans tracetest.SpanStubs, name string) tracetest.SpanStubs {
	return slices.DeleteFunc(slices.Clone(spans), func(s tracetest.SpanStub) bool { return s.Name != name })
}
