package canned

import (
	"time"

	"otel.workshop/internal/waterfall"
)

// TwoSeconds is the workshop's story: "Where is my order?" takes two seconds,
// and the payment API takes nearly all of them.
func TwoSeconds() []waterfall.Span {
	b := builder{trace: storyTrace}
	get := b.add("", "GET /orders/{id}", 0, 2040*time.Millisecond)
	get.Kind, get.Scope = "server", otelhttp
	get.Attrs = []waterfall.Attr{
		{Key: "http.request.method", Value: "GET"},
		{Key: "url.scheme", Value: "http"},
		{Key: "url.path", Value: "/orders/42"},
		{Key: "http.route", Value: "/orders/{id}"},
		{Key: "http.response.status_code", Value: "200"},
	}
	root := get.SpanID

	load := b.add(root, "load order", 1200*time.Microsecond, 12*time.Millisecond)
	load.Attrs = []waterfall.Attr{{Key: "order.id", Value: "42"}}

	query := b.add(load.SpanID, "db.query", 3*time.Millisecond, 9100*time.Microsecond)
	query.Kind, query.Scope = "client", "demo.db"
	query.Attrs = []waterfall.Attr{
		{Key: "db.system.name", Value: "postgresql"},
		{Key: "db.operation.name", Value: "SELECT"},
		{Key: "db.collection.name", Value: "orders"},
		{Key: "db.query.text", Value: "SELECT status FROM orders WHERE id = $1"},
	}

	call := b.add(root, "HTTP GET", 16*time.Millisecond, 2010*time.Millisecond)
	call.Kind, call.Scope = "client", otelhttp
	call.Attrs = []waterfall.Attr{
		{Key: "http.request.method", Value: "GET"},
		{Key: "url.full", Value: "http://127.0.0.1:8081/payments/42"},
		{Key: "server.address", Value: "127.0.0.1"},
		{Key: "server.port", Value: "8081"},
		{Key: "http.response.status_code", Value: "200"},
	}

	pay := b.add(call.SpanID, "GET /payments/{id}", 22*time.Millisecond, 2*time.Second)
	pay.Kind, pay.Scope = "server", otelhttp
	in(pay, "payment-api")
	pay.Attrs = []waterfall.Attr{
		{Key: "http.request.method", Value: "GET"},
		{Key: "url.path", Value: "/payments/42"},
		{Key: "http.route", Value: "/payments/{id}"},
		{Key: "http.response.status_code", Value: "200"},
	}
	return b.spans
}

// SlowDatabase is the same request on a day on which the database is what takes
// two seconds.
func SlowDatabase() []waterfall.Span {
	spans := TwoSeconds()
	const late = 1991 * time.Millisecond
	for i := range spans {
		switch s := &spans[i]; s.Name {
		case "load order", "db.query":
			s.End = s.End.Add(late)
		case "HTTP GET":
			s.Start, s.End = s.Start.Add(late), Epoch.Add(2035*time.Millisecond)
		case "GET /payments/{id}":
			s.Start, s.End = s.Start.Add(late), Epoch.Add(2030*time.Millisecond)
		}
	}
	return spans
}

// Failed is the same request when the payment API cannot answer: its error
// comes back through every span that waited for it.
func Failed() []waterfall.Span {
	spans := TwoSeconds()
	get, call, pay := &spans[0], &spans[3], &spans[4]
	for _, s := range []*waterfall.Span{get, call, pay} {
		code := &s.Attrs[len(s.Attrs)-1]
		code.Value = "500"
		s.Attrs = append(s.Attrs, waterfall.Attr{Key: "error.type", Value: "500"})
	}
	fail(pay, "ledger: no such account")
	fail(call, "payment API answered 500 Internal Server Error to GET http://127.0.0.1:8081/payments/42, see its own span")
	fail(get, "")
	return spans
}

// Cancelled is a request whose query runs into its deadline, with the
// exception event that RecordError leaves, stack trace and all.
func Cancelled() []waterfall.Span {
	spans := TwoSeconds()[:3]
	get, load, query := &spans[0], &spans[1], &spans[2]
	get.End = Epoch.Add(2006 * time.Millisecond)
	load.End = Epoch.Add(2005 * time.Millisecond)
	query.End = Epoch.Add(2003 * time.Millisecond)
	fail(get, "")
	fail(load, "load order 42: pq: canceling statement due to user request")
	fail(query, "pq: canceling statement due to user request")
	query.Attrs = append(query.Attrs,
		waterfall.Attr{Key: "db.response.status_code", Value: "57014"},
		waterfall.Attr{Key: "error.type", Value: "57014"})
	query.Events = []waterfall.Event{{
		Name: "exception",
		Time: query.End.Add(-20 * time.Microsecond),
		Attrs: []waterfall.Attr{
			{Key: "exception.type", Value: "*pq.Error"},
			{Key: "exception.message", Value: "pq: canceling statement due to user request"},
			{Key: "exception.stacktrace", Value: "goroutine 41 [running]:\n" +
				"otel.workshop/steps/03-db-metrics.(*Store).Status(0xc0000141e0, {0x7f3a10, 0xc000112000}, 0x2a)\n" +
				"\tsteps/03-db-metrics/store.go:58 +0x1d4\n"},
		},
	}}
	return spans
}

// LostParent is what is left when the request's own span never arrives, as
// after a shutdown that forgets to flush, or one that is never ended.
func LostParent() []waterfall.Span { return TwoSeconds()[1:] }

// Torn is a trace that lost its thread: the query was started from
// context.Background(), and is a trace of its own.
func Torn() []waterfall.Span {
	spans := TwoSeconds()[:3]
	spans[2].TraceID, spans[2].ParentID = otherTrace, ""
	return spans
}

// Background is a request that answers while work that it started goes on: the
// receipt is sent long after its parent's end.
func Background() []waterfall.Span {
	b := builder{trace: storyTrace}
	get := b.add("", "GET /orders/{id}", 0, 40*time.Millisecond)
	get.Kind = "server"
	root := get.SpanID
	b.add(root, "load order", 1*time.Millisecond, 35*time.Millisecond)
	b.add(root, "receipt.send", 30*time.Millisecond, 220*time.Millisecond)
	return b.spans
}

// Skewed is the story with a payment API whose clock is 400 ms slow: its span
// starts before its parent, and before the whole trace.
func Skewed() []waterfall.Span {
	spans := TwoSeconds()
	pay := &spans[4]
	pay.Start, pay.End = pay.Start.Add(-400*time.Millisecond), pay.End.Add(-400*time.Millisecond)
	return spans
}
