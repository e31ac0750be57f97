package collector

import (
	"fmt"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"otel.workshop/internal/collector/probe"
)

// A signal is one of the three that OTLP carries.
type signal struct {
	name    string // as in its path, /v1/NAME
	service string // of its gRPC method
	message func() *message
	accept  func(s *Store, body []byte, enc encoding) (acceptance, error) // after costOf
}

var (
	ofTraces  = signal{"traces", "opentelemetry.proto.collector.trace.v1.TraceService", tracesMessage, acceptTraces}
	ofMetrics = signal{"metrics", "opentelemetry.proto.collector.metrics.v1.MetricsService", metricsMessage, acceptMetrics}
	ofLogs    = signal{"logs", "opentelemetry.proto.collector.logs.v1.LogsService", logsMessage, acceptLogs}
	signals   = []signal{ofTraces, ofMetrics, ofLogs}
)

// accepted is the answer to a request of which nothing was rejected: an empty
// message, because partial_success must be unset then.
func accepted(enc encoding) []byte {
	if enc == otlpJSON {
		return []byte("{}")
	}
	return []byte{}
}

func acceptTraces(s *Store, body []byte, enc encoding) (acceptance, error) {
	req, err := decodeTraces(body, enc)
	if err != nil {
		return acceptance{}, err
	}
	all := req.Traces().ResourceSpans()
	a := acceptance{accepted(enc), req, all.Len(), func(i int) pcommon.Resource { return all.At(i).Resource() }}
	rejected, why := s.addTraces(req.Traces())
	if rejected == 0 {
		return a, nil
	}
	if rejected == req.Traces().SpanCount() {
		a.request = nil
	}
	resp := ptraceotlp.NewExportResponse()
	resp.PartialSuccess().SetRejectedSpans(int64(rejected))
	resp.PartialSuccess().SetErrorMessage(fmt.Sprintf("%d spans rejected: %s", rejected, why))
	if enc == otlpJSON {
		a.answer, err = resp.MarshalJSON()
	} else {
		a.answer, err = resp.MarshalProto()
	}
	return a, err
}

func acceptMetrics(s *Store, body []byte, enc encoding) (acceptance, error) {
	req, err := decodeMetrics(body, enc)
	if err != nil {
		return acceptance{}, err
	}
	s.addMetrics(req.Metrics())
	all := req.Metrics().ResourceMetrics()
	return acceptance{accepted(enc), req, all.Len(), func(i int) pcommon.Resource { return all.At(i).Resource() }}, nil
}

func acceptLogs(s *Store, body []byte, enc encoding) (acceptance, error) {
	req, err := decodeLogs(body, enc)
	if err != nil {
		return acceptance{}, err
	}
	all := req.Logs().ResourceLogs()
	records := 0
	for _, rl := range all.All() {
		if _, probed := rl.Resource().Attributes().Get(probe.Attribute); probed {
			continue
		}
		for _, sl := range rl.ScopeLogs().All() {
			records += sl.LogRecords().Len()
		}
	}
	s.addLogs(records)
	return acceptance{accepted(enc), req, all.Len(), func(i int) pcommon.Resource { return all.At(i).Resource() }}, nil
}
