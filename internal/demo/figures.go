package demo

import (
	"fmt"
	"time"

	"otel.workshop/internal/waterfall"
)

// figures is what can be compared, the most telling first.
var figures = []figure{
	{id: Answered, label: "requests answered",
		says: func(s Side) string { return ofAll(len(s.Callers.Answered()), len(s.Callers.Requests)) }},
	{id: Answers, label: "answers",
		says: answers},
	{id: Lost, label: "answered requests without a server span",
		says: func(s Side) string { return fmt.Sprint(s.Telemetry.Lost) }},
	{id: Outside, label: "server spans outside their caller's trace",
		says: func(s Side) string { return fmt.Sprint(s.Telemetry.Outside) }},
	{id: Strays, label: "traces for each request",
		says: func(s Side) string {
			return ratio(len(s.Callers.Requests)+s.Telemetry.Strays, len(s.Callers.Requests))
		}},
	{id: Orphans, label: "spans whose parent never arrived",
		says: func(s Side) string { return fmt.Sprint(s.Telemetry.Orphans) }},
	{id: ServerSpans, label: "server spans received",
		says: serverSpans},
	{id: Spans, label: "spans received from the service",
		other: spans},
	{id: PaymentSpans, label: "spans received from the payment API",
		says: func(s Side) string { return fmt.Sprint(s.Telemetry.PaymentSpans) }},
	{id: Names, label: "names of spans", given: hasSpans,
		says: func(s Side) string { return fmt.Sprint(len(s.Telemetry.Names)) }},
	{id: Failed, label: "spans marked as failed", given: hasSpans,
		says: func(s Side) string { return fmt.Sprint(s.Telemetry.Failed) }},
	{id: MarkedOK, label: "spans with status Ok, which is final", given: hasSpans,
		says: func(s Side) string { return fmt.Sprint(s.Telemetry.OK) }},
	{id: ErrorTypes, label: "error.type on spans", given: hasSpans,
		says: func(s Side) string { return some(s.Telemetry.ErrorTypes) }},
	{id: Routes, label: "http.route on spans", given: hasSpans,
		says: func(s Side) string { return some(s.Telemetry.Routes) }},
	{id: Texts, label: "different texts of queries (db.query.text)", given: hasSpans,
		says: func(s Side) string { return fmt.Sprint(s.Telemetry.Texts) }},
	{id: Refusals, label: "failures as told to callers, only here",
		other: func(s, other Side) string { return some(without(s.Callers.failures(), other.Callers.failures())) }},
	{id: Counted, label: "requests counted (http.server.request.duration)",
		says: counted},
	{id: Contents, label: "what answers with 200 say, only here",
		other: func(s, other Side) string { return some(without(s.Callers.contents(), other.Callers.contents())) }},
	{id: QueryCount, label: "queries counted (db.query.count)", given: hasMetrics,
		says: func(s Side) string {
			n, ok := s.Telemetry.Total(queryCount)
			if !ok {
				return ""
			}
			return fmt.Sprintf("%d for %d requests", n, len(s.Callers.Requests))
		}},
	{id: RequestCount, label: "requests counted by status (http.server.request.duration)", given: hasMetrics,
		says: func(s Side) string { return s.Telemetry.by(httpDuration, "http.response.status_code") }},
	{id: CallerP50, label: "p50 as the callers saw it",
		says:    latency(0.5),
		differs: mediansApart},
	{id: QueryP50, label: "p50 of db.query.duration", given: hasMetrics,
		says: percentile(queryDuration, 0.5), differs: estimatesApart(queryDuration, 0.5)},
	{id: RequestP50, label: "p50 of http.server.request.duration", given: hasMetrics,
		says: percentile(httpDuration, 0.5), differs: estimatesApart(httpDuration, 0.5)},
	{id: CallerP99, label: "p99 as the callers saw it",
		says:    latency(0.99),
		differs: apart(func(s Side) time.Duration { return s.Callers.Quantile(0.99) })},
	{id: QueryP99, label: "p99 of db.query.duration", given: hasMetrics,
		says: percentile(queryDuration, 0.99), differs: estimatesApart(queryDuration, 0.99)},
	{id: RequestP99, label: "p99 of http.server.request.duration", given: hasMetrics,
		says: percentile(httpDuration, 0.99), differs: estimatesApart(httpDuration, 0.99)},
	{id: QueryTimes, label: "queries timed (db.query.duration)", given: hasMetrics,
		says: func(s Side) string {
			h, ok := s.Telemetry.Histogram(queryDuration)
			if !ok {
				return ""
			}
			return fmt.Sprint(h.Count)
		}},
	{id: BiggestSeries, label: "series of the metric with the most", given: hasMetrics,
		says:    biggest,
		differs: func(a, b Side) bool { return a.Telemetry.biggest() != b.Telemetry.biggest() }},
	{id: Overflow, label: "measurements in otel.metric.overflow", given: hasMetrics,
		says: func(s Side) string { return fmt.Sprint(s.Telemetry.Overflow()) }},
	{id: QueryResults, label: "queries by result", given: hasMetrics,
		says: func(s Side) string { return s.Telemetry.by(queryCount, "error.type", "status") }},
	{id: TimedResults, label: "queries timed by result (db.query.duration)", given: hasMetrics,
		says: func(s Side) string { return s.Telemetry.by(queryDuration, "error.type", "status") }},
	{id: Series, label: "metric series received",
		says: func(s Side) string { return fmt.Sprint(s.Telemetry.Series()) }},
	{id: Instruments, label: "of metrics, only here", given: hasMetrics,
		other: func(s, other Side) string {
			return some(without(s.Telemetry.instruments(), other.Telemetry.instruments()))
		}},
	{id: Exemplars, label: "measurements that know their trace", given: hasMetrics,
		says:    func(s Side) string { return fmt.Sprint(s.Telemetry.Exemplars()) },
		differs: func(a, b Side) bool { return (a.Telemetry.Exemplars() == 0) != (b.Telemetry.Exemplars() == 0) }},
	{id: Connections, label: "connections open at the last export", given: hasMetrics,
		says:    func(s Side) string { return s.Telemetry.by(connections, "db.client.connection.state") },
		differs: connectionsApart},
	{id: Longest, label: "longest span of the service", given: hasSpans,
		says:    func(s Side) string { return waterfall.FormatDuration(s.Telemetry.Longest) },
		differs: apart(func(s Side) time.Duration { return s.Telemetry.Longest })},
	{id: Lengths, label: "longest spans of a name", given: hasSpans,
		other: lengths},
	{id: Services, label: "service.name", given: hasAny,
		says: func(s Side) string { return some(quoted(s.Telemetry.Services)) }},
	{id: Shapes, label: "of spans, only here", given: hasSpans,
		other: func(s, other Side) string {
			return some(without(s.Telemetry.Shapes, other.Telemetry.Shapes))
		}},
	{id: Exit, label: "exit after SIGTERM",
		says: exit, differs: exitsApart},
	{id: Status, label: "exit status",
		says: func(s Side) string { return s.Ended.State }},
	{id: Printed, label: "lines printed last",
		says:    func(s Side) string { return fmt.Sprint(len(s.Ended.Last)) },
		differs: func(a, b Side) bool { return len(a.Alone(b))+len(b.Alone(a)) > 0 }},
}

func hasSpans(s Side) bool   { return s.Telemetry.Spans > 0 }
func hasMetrics(s Side) bool { return len(s.Telemetry.Metrics) > 0 }
func hasAny(s Side) bool     { return hasSpans(s) || hasMetrics(s) }
