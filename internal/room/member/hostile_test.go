package member

import (
	"bytes"
	"context"
	"encoding/hex"
	"maps"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/room/wire"
)

// hostile is an environment that would change what OpenTelemetry sends, where
// to, and what it prints.
var hostile = map[string]string{
	"OTEL_RESOURCE_ATTRIBUTES":                                 "secret.team=blue,broken,service.name=mine,percent=%zz",
	"OTEL_SERVICE_NAME":                                        "secret-service",
	"OTEL_EXPORTER_OTLP_ENDPOINT":                              "http://secret.example:1",
	"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT":                       "http://secret.example:1/traces",
	"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT":                      ":// no url",
	"OTEL_EXPORTER_OTLP_HEADERS":                               "authorization=Bearer secret,broken",
	"OTEL_EXPORTER_OTLP_TRACES_HEADERS":                        "x-secret=secret",
	"OTEL_EXPORTER_OTLP_METRICS_HEADERS":                       "x-secret=secret",
	"OTEL_EXPORTER_OTLP_CERTIFICATE":                           "/secret/nothing.pem",
	"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE":                    "/secret/nothing.pem",
	"OTEL_EXPORTER_OTLP_CLIENT_KEY":                            "/secret/nothing.pem",
	"OTEL_EXPORTER_OTLP_COMPRESSION":                           "none",
	"OTEL_EXPORTER_OTLP_TIMEOUT":                               "soon",
	"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE":        "delta",
	"OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": "base2_exponential_bucket_histogram",
	"OTEL_METRICS_EXEMPLAR_FILTER":                             "always_on",
	"OTEL_METRIC_EXPORT_INTERVAL":                              "never",
	"OTEL_TRACES_SAMPLER":                                      "always_off",
	"OTEL_TRACES_SAMPLER_ARG":                                  "x",
	"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT":                          "0",
	"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT":                   "1",
	"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT":                        "1",
	"OTEL_BSP_MAX_QUEUE_SIZE":                                  "x",
	"OTEL_SDK_DISABLED":                                        "true",
	"OTEL_GO_X_CARDINALITY_LIMIT":                              "many",
	"OTEL_GO_X_OBSERVABILITY":                                  "true",
	"OTEL_GO_X_SELF_OBSERVABILITY":                             "true",
	"OTEL_GO_X_RESOURCE":                                       "true",
	"HTTP_PROXY":                                               "http://secret.example:1",
}

// TestNothingElseIsShared lets a process report in an environment that wants
// more to be told. Nothing but what package wire names may be on the wire, and
// nothing may be printed.
func TestNothingElseIsShared(t *testing.T) {
	if os.Getenv("WORKSHOP_TEST_HOSTILE") != "" {
		reportInHostileEnvironment(t)
		return
	}
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, "-test.run=^TestNothingElseIsShared$")
	cmd.Env = append(os.Environ(), "WORKSHOP_TEST_HOSTILE=1")
	for name, value := range hostile {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err = cmd.Run()
	require.NoError(t, err, "%s%s", &out, &complaints)
	require.Empty(t, complaints.String())
	require.Equal(t, "PASS\n", out.String())
}

func reportInHostileEnvironment(t *testing.T) {
	var tracer, meter = otel.GetTracerProvider(), otel.GetMeterProvider()
	room := &stubRoom{}
	d, g, m := learner(t, room)
	g.Set(grader.Pass, "alpha")
	g.Set(grader.Blocked, "delta")
	grade(t, d)
	d.Session().Hint(d.Session().Steps[0].Checks[1])
	d.GoTo(d.Session().Steps[0].Checks[1])
	eventually(t, "all of it", func() bool {
		return len(room.spans("")) == 5 && len(room.points(wire.Hints)) == 1 && len(room.points(wire.CheckTime)) == 2
	})
	require.NoError(t, Leave(context.Background(), m.card))
	require.Len(t, room.spans(wire.Leave), 1)
	require.Equal(t, "true", os.Getenv("OTEL_SDK_DISABLED"), "the environment is the learner's, as it was")
	require.Equal(t, tracer, otel.GetTracerProvider())
	require.Equal(t, meter, otel.GetMeterProvider())

	resource := []string{"service.instance.id", "service.name", wire.Name}
	names := map[string][]string{ // what may be on them
		"grade 01-first": {wire.Step, wire.Outcome}, "check alpha": check, "check beta": check, "check gamma": check, "check delta": check, wire.Leave: {},
		wire.Gradings: {wire.Step, wire.Outcome}, wire.GradingDuration: {wire.Step, wire.Outcome},
		wire.CheckState: {wire.Check, wire.Further}, wire.CheckTime: {wire.Check}, wire.Hints: {wire.Check}, wire.Dropped: {},
	}
	secrets := secrets(t, d.Session().Root())
	maps.DeleteFunc(secrets, func(_, text string) bool { // too short to be found for sure, or a word of ours
		return len(text) < 4 || strings.Contains(wire.ServiceName+wire.Scope+wire.CheckState+wire.Name+strings.Join(slices.Collect(maps.Keys(names)), " "), text)
	})
	for _, r := range room.all() {
		require.Equal(t, []string{"Content-Encoding", "Content-Type", "User-Agent", wire.CredentialHeader},
			slices.Sorted(maps.Keys(withoutLength(r))))
		require.Equal(t, []string{wire.ServiceName}, r.header["User-Agent"])
		require.Equal(t, resource, slices.Sorted(maps.Keys(r.resource)))
		require.Equal(t, wire.ServiceName, r.resource["service.name"])
		require.Equal(t, "Ada", r.resource[wire.Name])
		require.Equal(t, wire.Scope, r.scope)
		for _, span := range r.spans {
			allowed, known := names[span.GetName()]
			require.True(t, known, span.GetName())
			require.ElementsMatch(t, allowed, slices.Collect(maps.Keys(attributes(span.GetAttributes()))), span.GetName())
			require.Empty(t, span.GetEvents())
			require.Empty(t, span.GetLinks())
			require.Empty(t, span.GetTraceState())
			require.Empty(t, span.GetStatus().GetMessage())
		}
		for _, metric := range r.metrics {
			allowed, known := names[metric.GetName()]
			require.True(t, known, metric.GetName())
			require.Empty(t, metric.GetDescription())
			require.Nil(t, metric.GetExponentialHistogram())
			for _, p := range metric.GetHistogram().GetDataPoints() {
				require.ElementsMatch(t, allowed, slices.Collect(maps.Keys(attributes(p.GetAttributes()))))
				require.Empty(t, p.GetExemplars())
			}
			for _, p := range append(metric.GetGauge().GetDataPoints(), metric.GetSum().GetDataPoints()...) {
				require.ElementsMatch(t, allowed, slices.Collect(maps.Keys(attributes(p.GetAttributes()))))
				require.Empty(t, p.GetExemplars())
			}
		}
		// And whatever it would be called.
		for what, text := range secrets {
			require.NotContains(t, string(r.body), text, what)
		}
	}
}

var check = []string{wire.Check, wire.Outcome, wire.Further}

// secrets are what nobody has agreed to tell.
func secrets(t *testing.T, checkout string) map[string]string {
	all := map[string]string{"environment": "secret", "the checkout": checkout, "its folder": filepath.Base(filepath.Dir(checkout)), "this program": filepath.Base(os.Args[0])}
	host, err := os.Hostname()
	require.NoError(t, err)
	all["this machine"] = host
	if me, err := user.Current(); err == nil {
		all["the home"] = me.HomeDir
		all["who runs it"] = me.Username
	}
	return all
}

func withoutLength(r received) map[string][]string {
	h := maps.Clone(r.header)
	delete(h, "Content-Length")
	return h
}

// What a test looks for has to be what it would find.
func TestTheWireIsLookedAtAsItIs(t *testing.T) {
	room := &stubRoom{}
	d, _, _ := learner(t, room)
	grade(t, d)
	eventually(t, "a grading", func() bool { return len(room.spans("grade")) == 1 })
	for _, r := range room.all() {
		require.Contains(t, string(r.body), "Ada", hex.EncodeToString(r.body))
	}
}
