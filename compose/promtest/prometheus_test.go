// Package promtest puts the queries of the dashboards and of README.md to a
// real Prometheus, which was told what the solutions and a room emit. It is a
// module of its own: nothing of Prometheus belongs into the workshop's go.mod.
package promtest

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage/remote/otlptranslator/prometheusremotewrite"
	"github.com/prometheus/prometheus/util/teststorage"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// A prometheus is one without its web pages: the storage, the translation of
// what comes over OTLP, and the engine that answers queries.
type prometheus struct {
	storage *teststorage.TestStorage
	parser  parser.Parser
	engine  *promql.Engine
}

func newPrometheus(t *testing.T) *prometheus {
	p := parser.NewParser(parser.Options{})
	return &prometheus{teststorage.New(t), p, promql.NewEngine(promql.EngineOpts{
		MaxSamples: 1e6,
		Timeout:    time.Minute,
		Parser:     p,
	})}
}

// receive stores what came over OTLP, translated as by default: escaped to
// underscores, with suffixes for unit and kind, without any resource attribute
// but those that make job and instance.
func (p *prometheus) receive(t *testing.T, md pmetric.Metrics) {
	t.Helper()
	app := p.storage.AppenderV2(t.Context())
	warnings, err := prometheusremotewrite.NewPrometheusConverter(app).FromMetrics(t.Context(), md, prometheusremotewrite.Settings{
		AddMetricSuffixes: true,
		LookbackDelta:     5 * time.Minute,
	})
	require.NoError(t, err)
	require.Empty(t, warnings)
	require.NoError(t, app.Commit())
}

// query returns what a query answers, by what legend makes of its labels.
func (p *prometheus) query(t *testing.T, expr, legend string, at time.Time) map[string]float64 {
	t.Helper()
	q, err := p.engine.NewInstantQuery(context.Background(), p.storage, nil, expr, at)
	require.NoError(t, err, expr)
	defer q.Close()
	result := q.Exec(t.Context())
	require.NoError(t, result.Err, expr)
	require.Empty(t, result.Warnings, expr)
	vector, err := result.Vector()
	require.NoError(t, err, expr)
	all := map[string]float64{}
	for _, sample := range vector {
		name := strings.TrimSpace(placeholder.ReplaceAllStringFunc(legend, func(label string) string {
			return sample.Metric.Get(strings.Trim(label, "{}"))
		}))
		require.NotContains(t, all, name, "%s: the legend does not tell its series apart", expr)
		all[name] = sample.F
	}
	return all
}

// placeholder is a label's place in a legend.
var placeholder = regexp.MustCompile(`\{\{\w+\}\}`)

// exemplars returns the ids of the traces that a query leads to.
func (p *prometheus) exemplars(t *testing.T, expr string) (traces []string) {
	t.Helper()
	parsed, err := p.parser.ParseExpr(expr)
	require.NoError(t, err)
	querier, err := p.storage.ExemplarQuerier(t.Context())
	require.NoError(t, err)
	found, err := querier.Select(0, 1<<60, parser.ExtractSelectors(parsed)...)
	require.NoError(t, err)
	for _, series := range found {
		for _, e := range series.Exemplars {
			e.Labels.Range(func(l labels.Label) {
				if l.Name == "trace_id" { // Grafana's data source looks for this one
					traces = append(traces, l.Value)
				}
			})
		}
	}
	return traces
}
