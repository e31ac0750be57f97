package recorder

import (
	"strings"
	"text/tabwriter"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/internal/waterfall"
)

// Waterfall turns recorded spans into what the waterfall draws.
func Waterfall(spans tracetest.SpanStubs) []waterfall.Span {
	var list []waterfall.Span
	for _, s := range spans {
		w := waterfall.Span{
			TraceID: s.SpanContext.TraceID().String(),
			SpanID:  s.SpanContext.SpanID().String(),
			Name:    s.Name,
			Kind:    s.SpanKind.String(),
			Scope:   s.InstrumentationScope.Name,
			Start:   s.StartTime,
			End:     s.EndTime,
			Error:   s.Status.Code == codes.Error,
			OK:      s.Status.Code == codes.Ok,
			Status:  s.Status.Description,
		}
		if s.Parent.HasSpanID() {
			w.ParentID = s.Parent.SpanID().String()
		}
		for _, kv := range s.Attributes {
			w.Attrs = append(w.Attrs, waterfall.Attr{Key: string(kv.Key), Value: kv.Value.String()})
		}
		list = append(list, w)
	}
	return list
}

// Tree draws recorded spans for a finding; "no span" when there is none.
func Tree(spans tracetest.SpanStubs, options ...waterfall.TreeOption) string {
	if len(spans) == 0 {
		return "no span"
	}
	return waterfall.Tree(Waterfall(spans), options...)
}

// Table lines up rows of cells for a finding. A row may have fewer cells than
// others.
func Table(rows ...[]string) string {
	most := 0
	for _, row := range rows {
		most = max(most, len(row))
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	for _, row := range rows {
		missing := strings.Repeat("\t", most-len(row)) // a column would end where a cell is missing
		_, _ = w.Write([]byte(strings.Join(row, "\t") + missing + "\n"))
	}
	_ = w.Flush() // a strings.Builder takes everything
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}
