package collector

import (
	"time"

	"otel.workshop/internal/waterfall"
)

// A Kind is what sort of instrument a metric comes from.
type Kind string

// The kinds of metrics.
const (
	Counter              Kind = "counter"       // a sum that only grows
	UpDownCounter        Kind = "updowncounter" // a sum that may shrink
	Gauge                Kind = "gauge"
	Histogram            Kind = "histogram"
	ExponentialHistogram Kind = "exponential histogram"
	Summary              Kind = "summary"
)

// A Metric is one metric of one instance of a service, with the latest point of
// each of its streams.
type Metric struct {
	Service     string // the resource's service.name
	Instance    string // the resource's service.instance.id
	Scope       string // the instrumentation scope's name
	Name        string
	Unit        string
	Description string
	Kind        Kind
	Delta       bool    // points count from the previous export on, not from the start
	Points      []Point // one for each set of attributes, sorted by them
}

// A Point is the latest data point of one stream. Numbers are as they were
// sent: they may be NaN or infinite, which JSON cannot write.
type Point struct {
	Attrs []waterfall.Attr // in the order in which they were sent
	Start time.Time        // where a sum or a histogram begins to count; zero when not sent
	Time  time.Time        // of the measurement; zero when not sent

	Value float64 // of a counter, an updowncounter or a gauge

	// The rest belongs to histograms and summaries. Min and Max are nil when
	// they were not sent. Bucket i counts what is above Bounds[i-1] and at
	// most Bounds[i]; the first and the last bucket are open, so there is one
	// more of them. The buckets of an exponential histogram are given the same
	// way, and left out where their bounds are no usable numbers.
	Count     uint64
	Sum       float64
	Min, Max  *float64
	Bounds    []float64
	Buckets   []uint64
	Quantiles []Quantile // of a summary

	Exemplars []Exemplar
}

// A Quantile is one of a summary's: Value at Quantile, from 0 to 1.
type Quantile struct{ Quantile, Value float64 }

// An Exemplar is one measurement that went into a point, and its trace.
type Exemplar struct {
	Value   float64
	Time    time.Time
	TraceID string // lower-case hex, "" when it was taken outside a sampled span
	SpanID  string
	Attrs   []waterfall.Attr // those that the stream does not have
}
