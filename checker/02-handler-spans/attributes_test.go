package handlerspans_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/nearest"
)

// The span load order should say which order it was about, order.id, and where it is, order.status.
func TestSpanAttributes(t *testing.T) {
	judge(t, append(those(situations, func(s situation) bool { return s.caller.trace != unsampled }), farAway), func(e *evidence) *verdict {
		var want, got [][]string
		for _, r := range e.requests {
			load, ok := e.load(r)
			if !ok && len(e.requests) > 1 {
				continue // which of them it belongs to is not known
			}
			if !ok {
				return noLoad(e.in(e.at().at(finding.Finding{Want: "load order   order.id=" + fmt.Sprint(r.id), Got: recorder.Tree(e.inside())})))
			}
			row := []string{"load order", "order.id=" + fmt.Sprint(r.id)}
			if e.found(r) {
				row = append(row, "order.status="+shelf[r.id])
			}
			want = append(want, row)
			got = append(got, orderRow(load, row))
		}
		if slices.EqualFunc(want, got, slices.Equal) {
			return e.timed()
		}
		return e.attributesWrong(e.at().at(finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)}), got)
	})
}

// farAway is an order whose number fits into an int64, and into little else.
var farAway = situation{name: "no such order, of a number beyond all others", path: "9007199254740993", store: unknown[0].store, api: noPayment, codes: notFound}

// timed holds that no span "load order" says in an attribute how long it took.
func (e *evidence) timed() *verdict {
	for _, load := range filter(e.spans, isLoad) {
		for _, kv := range load.Attributes {
			if duration.MatchString(string(kv.Key)) {
				f := e.in(e.at().at(finding.Finding{Want: "load order   no duration", Got: "load order   " + string(kv.Key) + "=" + kv.Value.String()}))
				return because(f, "A span knows when it started and when it ended. Said twice, it can be said differently.")
			}
		}
	}
	return nil
}

// duration is what such an attribute is called.
var duration = regexp.MustCompile(`(?i)duration|elapsed|latency|\btook`)

// found reports whether a request's order was read, and is there.
func (e *evidence) found(r *request) bool {
	return r.store.err == nil && slices.ContainsFunc(e.reads, func(read read) bool { return read.id == r.id }) &&
		(r.caller.leaves != reading)
}

// orderRow shows what a span says of its order, against a row that is wanted;
// where something is missing, what it says of it instead.
func orderRow(span tracetest.SpanStub, wanted []string) []string {
	row := []string{"load order"} // more in its name is another check's business
	for _, w := range wanted[1:] {
		key, _, _ := strings.Cut(w, "=")
		if value, ok := recorder.Attr(span.Attributes, attribute.Key(key)); ok {
			row = append(row, key+"="+value)
		} else {
			row = append(row, "no "+key)
		}
	}
	if slices.ContainsFunc(row, func(cell string) bool { return strings.HasPrefix(cell, "no ") }) {
		for _, kv := range span.Attributes {
			if text := fmt.Sprintf("%s=%s", kv.Key, kv.Value.String()); !slices.Contains(row, text) {
				row = append(row, text)
			}
		}
	}
	return row
}

// attributesWrong says what is wrong with the spans in these rows.
func (e *evidence) attributesWrong(f finding.Finding, got [][]string) *verdict {
	load, _ := e.load(e.requests[0])
	server, served := e.server(e.requests[0])
	first := got[0]
	missing := slices.IndexFunc(first, func(cell string) bool { return strings.HasPrefix(cell, "no ") })
	onServer := func(key attribute.Key) bool {
		_, here := recorder.Attr(load.Attributes, key)
		_, there := recorder.Attr(server.Attributes, key)
		return served && there && !here
	}
	keys := make([]string, 0, len(load.Attributes))
	for _, kv := range load.Attributes {
		keys = append(keys, string(kv.Key))
	}
	switch {
	case len(e.requests) > 1:
		return because(e.in(f), "One by one, they are right. What belongs to a request can't be kept where two of them write at once: in a\nfield of the handler, in a variable of the package, in a slice that both append to.", e.needsCover()...)
	case onServer("order.id") || onServer("order.status"):
		row := []string{server.Name}
		for _, key := range []string{"order.id", "order.status"} {
			if value, ok := recorder.Attr(server.Attributes, attribute.Key(key)); ok {
				row = append(row, key+"="+value)
			} else {
				row = append(row, "no "+key)
			}
		}
		f.Got = recorder.Table(append(got, row)...)
		return because(e.in(f), "The request's span has what belongs to the work that it describes, which is \"load order\":\nset it on the span that Start has returned.", e.needsCover()...)
	case missing < 0 && e.situation.name == farAway.name:
		return because(e.in(f), "Of smaller numbers it is right. An order's number is an int64; in a float, or in fewer bits, several of them\nbecome one.", e.needsCover()...)
	case missing < 0:
		return because(e.in(f), "The attributes are there, and tell of something else.", e.needsCover()...)
	}
	key := strings.TrimPrefix(first[missing], "no ")
	near := nearest.Name(key, keys)
	switch {
	case near != "" && near != "order.id" && near != "order.status":
		return because(e.in(f), "Whoever looks for "+key+" finds nothing under "+near+", though it is nearly the same.", e.needsCover()...)
	case key == "order.status":
		return because(e.in(f), "The status is known only when the order is loaded. Set it then, and before the span ends: what is set\nafter End is dropped, without a word. (Deferred calls run from the last to the first.)", e.needsCover()...)
	case e.scene() != "" && e.situation.name != healthy[0].name:
		return because(e.in(f), "Of the orders that are there it is told. Which one it is is known before anything can go wrong, and it is\nthe one that goes wrong that somebody will look for.", e.needsCover()...)
	case len(load.Attributes) == 0:
		return because(e.in(f), "The span says that an order was loaded, and not which one.", e.needsCover()...)
	}
	return because(e.in(f), "The span says several things, and not under this name which order it was.", e.needsCover()...)
}
