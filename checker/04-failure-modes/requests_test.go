package failuremodes_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// What can be asked for, and what steps 2 and 3 have taught the service to make
// of it. All of these are asked at once, and all of them twice.
var requests = []struct {
	what   string
	order  string
	fails  bool // the payment API does
	unseen bool // its caller has not sampled it, so there is no trace

	answers []int    // any of these
	body    []string // parts of it, as JSON without spaces
	load    string   // "load order": "fine", "failed", or "none" when there is no such span
	log     bool     // a line with the id of its trace
}{
	{what: "an order is found", order: known, answers: []int{200}, body: []string{`"id":42`, `"status":"shipped"`, `"payment":"paid"`}, load: "fine"},
	{what: "another one is found", order: another, answers: []int{200}, body: []string{`"id":43`, `"status":"packed"`, `"payment":"paid"`}, load: "fine"},
	{what: "an order is found, and not sampled", order: known, unseen: true, answers: []int{200}, body: []string{`"id":42`, `"status":"shipped"`, `"payment":"paid"`}},
	{what: "there is no such order", order: unknown, answers: []int{404}, load: "fine"},
	{what: "its id is no number", order: "x", answers: []int{400}, load: "none"},
	{what: "the order can't be read", order: broken, answers: []int{500, 503}, load: "failed", log: true},
	{what: "nor can another one", order: brokenToo, answers: []int{500, 503}, load: "failed", log: true},
	// Whether an order without its payment is an answer is the shop's business. If
	// it is one, it has to be seen that the payment is not known.
	{what: "the payment API fails", order: known, fails: true, answers: []int{502, 503, 504, 200}, load: "fine", log: true},
}

// An asking is what came of a request.
type asking struct {
	visit
	spans tracetest.SpanStubs
}

// What the service answers and records should be as in steps 2 and 3.
func TestRequestsAsBefore(t *testing.T) {
	d := newDesk(t, 2*time.Second)
	failing := deskOf(t, d.rec, 2*time.Second) // with a payment API of its own
	failing.payments.fails.Store(true)
	d.payments.take(30 * time.Millisecond) // so that requests overlap
	for range 2 {
		before := d.queries()
		askings := make([]asking, len(requests))
		var all sync.WaitGroup
		for i, r := range requests {
			at := d
			if r.fails {
				at = failing
			}
			all.Go(func() { askings[i].visit = at.visitSampled(context.Background(), r.order, !r.unseen) })
		}
		all.Wait()
		d.settle()
		for i := range askings {
			askings[i].spans = d.spansOf(askings[i].visit)
		}
		for i, a := range askings {
			log := d.log
			if requests[i].fails {
				log = failing.log
			}
			mustAnswer(t, i, a)
			if requests[i].unseen {
				continue
			}
			mustRecord(t, i, a, log)
			mustStandBelow(t, i, a, d.payments.callers())
			mustSend(t, i, a)
		}
		mustNameFew(t, askings[:2])
		mustNotTellTexts(t, askings)
		if n := d.queries() - before; n != 7 {
			recorder.Fail(t, recorder.At(failuremodes.NewHandler, finding.Finding{
				Want: "seven orders are asked for\ndb.query.count   7 more",
				Got:  fmt.Sprintf("seven orders are asked for\ndb.query.count   %d more", n),
			}))
		}
	}
	mustTellOfReceipt(t, d)
	mustServe(t)
}

// queries returns how many queries db.query.count has.
func (d *desk) queries() (n int) {
	m, _ := d.rec.Metric("db.query.count")
	for _, p := range m.Points {
		n += int(p.Value)
	}
	return n
}

// settle waits until the receipts that are on their way have their span.
func (d *desk) settle() {
	for end := time.Now().Add(time.Second); len(d.rec.Unended()) > 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
}

// mustAnswer ends the check when a request was answered in another way.
func mustAnswer(t *testing.T, i int, a asking) {
	t.Helper()
	r := requests[i]
	var codes []string
	for _, code := range r.answers {
		codes = append(codes, fmt.Sprint(code))
	}
	want := strings.TrimRight(fmt.Sprintf("%s\n%s   %s", r.what, strings.Join(codes, " or "), strings.Join(r.body, ", ")), " ")
	got := strings.TrimRight(fmt.Sprintf("%s\n%d   %s", r.what, a.code, strings.Join(strings.Fields(a.body), " ")), " ")
	switch n := answersIn(a.body); {
	case n > 1:
		want += "   one answer"
	case n == 0 && len(r.body) > 0:
		want += "   in JSON"
	case slices.Contains(r.answers, a.code):
		plain := strings.ReplaceAll(a.body, " ", "")
		missing := slices.ContainsFunc(r.body, func(part string) bool { return !strings.Contains(plain, part) })
		switch {
		case r.fails && a.code == http.StatusOK:
			if saysUnknown(a.body) {
				return
			}
			want = r.what + "\n502, or an order whose payment is not known"
		case missing:
		case a.code == http.StatusOK && !strings.HasPrefix(a.kind, "application/json"):
			want += "\nContent-Type   application/json"
			got += "\nContent-Type   " + cmp.Or(a.kind, "none")
		default:
			return
		}
	}
	f := recorder.At(failuremodes.NewHandler, finding.Finding{Want: want, Got: got})
	if len(r.body) > 0 && (a.code >= http.StatusBadGateway || a.code == 0) {
		recorder.Needs(t, "slow-call-times-out")
	}
	if a.code == 0 || a.code == r.answers[0] {
		recorder.Needs(t, "panic-recorded")
	}
	recorder.Fail(t, f)
}

// saysUnknown reports whether an answer is the order, and not as if its payment
// were known.
func saysUnknown(body string) bool {
	var answer map[string]any
	if json.Unmarshal([]byte(body), &answer) != nil || answer["id"] != 42.0 || answer["status"] != "shipped" {
		return false
	}
	payment, there := answer["payment"]
	return !there || payment != "" && payment != "paid"
}

// answersIn counts the values in a body that is JSON. A failure may be told in
// plain words, which have none.
func answersIn(body string) (n int) {
	values := json.NewDecoder(strings.NewReader(body))
	for ; ; n++ {
		var value any
		if values.Decode(&value) != nil {
			return n
		}
	}
}
