// Package waterfall draws a trace: spans become rows with an offset, a width
// and a depth, and rows become text. The page draws the same rows.
package waterfall

import "time"

// A Span is what a waterfall needs to know of a span, whoever recorded it: the
// collector, or a check. Ids are lower-case hex.
type Span struct {
	TraceID  string // 32 digits
	SpanID   string // 16 digits
	ParentID string // "" for a root
	Name     string
	Kind     string // "internal", "server", "client", "producer", "consumer"
	Service  string // the resource's service.name
	Scope    string // the instrumentation scope's name
	Start    time.Time
	End      time.Time
	Error    bool   // the span's status is Error
	Status   string // the status' description
	Attrs    []Attr // in the order in which they were recorded
	Resource []Attr
	Events   []Event
}

// An Attr is one attribute, its value already printed.
type Attr struct{ Key, Value string }

// An Event is something that happened during a span.
type Event struct {
	Name  string
	Time  time.Time
	Attrs []Attr
}
