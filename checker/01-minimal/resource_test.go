package minimal_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

const serviceName = attribute.Key("service.name")

// none stands for the name in what was not exported: other checks ask for it.
const none = "nothing exported yet"

// Spans and metrics should say which service they come from: service.name is "demo-service".
func TestServiceName(t *testing.T) {
	res, err := minimal.NewResource(t.Context())
	if err != nil {
		f := finding.Finding{Want: "NewResource   service.name = demo-service", Got: "NewResource   error: " + err.Error()}
		if errors.Is(err, resource.ErrSchemaURLConflict) {
			f.Cause = "Two parts of a resource may not follow different versions of the semantic conventions:\nimport the semconv version that belongs to your SDK, or leave the schema out."
		}
		recorder.Fail(t, recorder.At(minimal.NewResource, f))
	}
	if got := nameOf(res); got != "demo-service" {
		f := finding.Finding{Want: "NewResource   service.name = demo-service", Got: "NewResource   " + describe(got)}
		if got == "" {
			f.Cause = "Without a name, every backend files this service under unknown_service."
		}
		recorder.Fail(t, recorder.At(minimal.NewResource, f))
	}

	// The resource is right; now both providers have to carry it.
	w := newWorld(t)
	inBubble(t, func(ctx context.Context) {
		if w.setUp(ctx); w.ready() {
			record(ctx)
			time.Sleep(61 * time.Second)
			stop(ctx)
		}
	})
	spans, metrics := none, none
	for _, s := range w.spans.Spans() {
		spans = nameOf(s.Resource)
	}
	for _, m := range w.metrics.Metrics() {
		metrics = nameOf(m.Resource)
	}
	wrong := func(name string) bool { return name != "demo-service" && name != none }
	if wrong(spans) || wrong(metrics) {
		recorder.Fail(t, recorder.At(minimal.Setup, finding.Finding{
			Want:  recorder.Table([]string{"spans", "service.name = demo-service"}, []string{"metrics", "service.name = demo-service"}),
			Got:   recorder.Table([]string{"spans", describe(spans)}, []string{"metrics", describe(metrics)}),
			Cause: "NewResource is right, but a provider was made without it: it falls back to the default resource.",
		}))
	}
}

func nameOf(r *resource.Resource) string {
	v, _ := r.Set().Value(serviceName)
	return v.AsString()
}

func describe(name string) string {
	switch name {
	case "":
		return "no service.name"
	case none:
		return none
	}
	return "service.name = " + name
}
