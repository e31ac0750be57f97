// Package promtest puts the queries of the dashboards and of README.md to a
// real Prometheus, which was told what the solutions and a room emit; and the
// dashboards to Grafana's schema. It is a module of its own: nothing of either
// belongs into the workshop's go.mod.
package promtest

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/config"
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
	settings prometheusremotewrite.Settings
	storage  *teststorage.TestStorage
	parser   parser.Parser
	engine   *promql.Engine
}

// prometheuses returns one for each profile that has one. Both translate names
// as by default, to underscores, with suffixes for unit and kind. That of
// grafana/otel-lgtm makes labels of some attributes of the resource, too.
func prometheuses(t *testing.T) map[string]*prometheus {
	plain := prometheusremotewrite.Settings{AddMetricSuffixes: true, LookbackDelta: 5 * time.Minute}
	lgtm := plain
	lgtm.KeepIdentifyingResourceAttributes = true
	lgtm.PromoteResourceAttributes = prometheusremotewrite.NewPromoteResourceAttributes(config.OTLPConfig{
		PromoteResourceAttributes: []string{"service.instance.id", "service.name", "service.version", "host.name"},
	})
	return map[string]*prometheus{"backend": newPrometheus(t, plain), "lgtm": newPrometheus(t, lgtm)}
}

func newPrometheus(t *testing.T, settings prometheusremotewrite.Settings) *prometheus {
	p := parser.NewParser(parser.Options{})
	return &prometheus{settings, teststorage.New(t), p, promql.NewEngine(promql.EngineOpts{
		MaxSamples: 1e6,
		Timeout:    time.Minute,
		Parser:     p,
	})}
}

// receive stores what came over OTLP.
func (p *prometheus) receive(t *testing.T, md pmetric.Metrics) {
	t.Helper()
	app := p.storage.AppenderV2(t.Context())
	warnings, err := prometheusremotewrite.NewPrometheusConverter(app).FromMetrics(t.Context(), md, p.settings)
	require.NoError(t, err)
	require.Empty(t, warnings)
	require.NoError(t, app.Commit())
}

// query returns what a query answers, by what legend makes of its labels.
func (p *prometheus) query(t *testing.T, expr, legend string, at time.Time) map[string]float64 {
	t.Helper()
	q, err := p.engine.NewInstantQuery(t.Context(), p.storage, nil, expr, at)
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
