package collector

import (
	"fmt"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"otel.workshop/internal/waterfall"
)

// SpansFromJSON reads spans from OTLP/JSON, such as a check leaves behind: an
// object with resourceSpans. They are converted as received ones are, come in
// the order of the text, and none is left out.
func SpansFromJSON(otlp []byte) ([]waterfall.Span, error) {
	req, err := fromJSON(ofTraces, ptraceotlp.NewExportRequest(), otlp)
	if err != nil {
		return nil, fmt.Errorf("read spans from OTLP/JSON: %w", err)
	}
	held := make([]heldSpan, 0, req.Traces().SpanCount())
	eachSpan(req.Traces(), everything, func(h heldSpan) { held = append(held, h) })
	return waterfalls(held), nil
}

// MetricsFromJSON reads metrics from OTLP/JSON: an object with
// resourceMetrics. They are converted as received ones are; of a stream with
// several points, the last one counts.
func MetricsFromJSON(otlp []byte) ([]Metric, error) {
	req, err := fromJSON(ofMetrics, pmetricotlp.NewExportRequest(), otlp)
	if err != nil {
		return nil, fmt.Errorf("read metrics from OTLP/JSON: %w", err)
	}
	const most = 1 << 30 // the text is bounded, so need not be the table
	table := newMetricTable(Limits{Streams: most, MetricBytes: most})
	var samples []sample
	eachSample(req.Metrics(), everything, func(s sample) { samples = append(samples, s) })
	table.add(samples)
	return table.metrics(), nil
}

// fromJSON reads text into req, unless it would cost too much.
func fromJSON[E export](sig signal, req E, text []byte) (E, error) {
	if _, err := sig.costOf(text, otlpJSON); err != nil {
		return req, err
	}
	return decode(req, text, otlpJSON)
}

func everything(pcommon.Resource) bool { return false }
