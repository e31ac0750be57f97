package minimal_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/nearest"
	minimal "otel.workshop/steps/01-minimal"
)

const (
	serviceName = attribute.Key("service.name")
	service     = "demo-service"
)

// none stands for the name in what was not exported: other checks ask for it.
const none = "nothing exported yet"

// Spans and metrics should say which service they come from: service.name is "demo-service", unless the environment names it.
func TestServiceName(t *testing.T) {
	const want = "NewResource   service.name = " + service
	res, err := minimal.NewResource(t.Context())
	if err != nil {
		f := finding.Finding{Want: want, Got: "NewResource   error: " + err.Error()}
		if errors.Is(err, resource.ErrSchemaURLConflict) {
			f.Cause = "Two parts of a resource may not follow different versions of the semantic conventions:\nimport the semconv version that belongs to your SDK, or leave the schema out."
		}
		recorder.Fail(t, recorder.At(minimal.NewResource, f))
	}
	if got := nameIn(res.Attributes()); got != "service.name = "+service {
		f := finding.Finding{Want: want, Got: "NewResource   " + got}
		if name, ok := res.Set().Value(serviceName); ok && nearest.Name(name.AsString(), []string{service}) != "" {
			f.Cause = "A backend takes " + name.AsString() + " for another service than " + service + "."
		} else if !ok {
			f.Cause = "Without a service.name, every backend files this service under unknown_service."
		}
		recorder.Fail(t, recorder.At(minimal.NewResource, f))
	}
	providersCarryIt(t)
	environmentNamesIt(t)
}

// providersCarryIt ends the check when what is exported has another name than
// NewResource gives.
func providersCarryIt(t *testing.T) {
	w := newWorld(t)
	inBubble(t, func(ctx context.Context) {
		if w.setUp(ctx); w.ready() {
			record(ctx)
			time.Sleep(61 * time.Second)
			stop(ctx)
		}
	})
	const want = "service.name = " + service
	spans, metrics := none, none
	for _, s := range w.spans.Spans() {
		if spans == none || spans == want {
			spans = nameIn(s.Resource.Attributes())
		}
	}
	for _, m := range w.metrics.Metrics() {
		if metrics == none || metrics == want {
			metrics = nameIn(m.Resource.Attributes())
		}
	}
	wrong := func(name string) bool { return name != want && name != none }
	if !wrong(spans) && !wrong(metrics) {
		return
	}
	provider := "NewTracerProvider"
	if !wrong(spans) {
		provider = "NewMeterProvider"
	}
	f := atCall(t, minimal.Setup, finding.Finding{
		Want: recorder.Table([]string{"spans", want}, []string{"metrics", want}),
		Got:  recorder.Table([]string{"spans", spans}, []string{"metrics", metrics}),
	}, provider)
	if strings.Contains(f.Got, "unknown_service") {
		f.Cause = "NewResource is right, but a provider was made without it: it falls back to the default resource."
	}
	recorder.Fail(t, f)
}

// environmentNamesIt ends the check when a deployment can't name the service,
// or add to what it says of itself.
func environmentNamesIt(t *testing.T) {
	named := describeInEach(t)
	for i, n := range namings {
		n.must(t, named[i], named[0])
	}
}

const renamed, added = "orders", "deployment.environment.name"

// A naming is an environment that has something to say about the service, or
// fails to.
type naming struct {
	env     []string
	renames bool // to renamed; and adds staging
	broken  bool // it can't be read: whoever reports that has done enough
}

// namings are in the order in which they are asked.
var namings = []naming{
	{env: []string{"OTEL_SERVICE_NAME=" + renamed, "OTEL_RESOURCE_ATTRIBUTES=" + added + "=staging"}, renames: true},
	{env: []string{"OTEL_RESOURCE_ATTRIBUTES=service.name=" + renamed + "," + added + "=staging"}, renames: true},
	{env: []string{"OTEL_RESOURCE_ATTRIBUTES=team"}, broken: true},
	{env: []string{"OTEL_SERVICE_NAME=" + renamed, "OTEL_RESOURCE_ATTRIBUTES=team"}, renames: true, broken: true},
}

// describeInEach has a process for each naming describe itself, all at once.
func describeInEach(t *testing.T) []description {
	t.Helper()
	all := make([]description, len(namings))
	errs := make([]error, len(namings))
	var processes sync.WaitGroup
	for i, n := range namings {
		env := n.env
		if n.broken {
			env = append([]string{carryOn + "=1"}, env...)
		}
		processes.Go(func() { errs[i] = runErrand(t, errandDescribe, &all[i], env...) })
	}
	processes.Wait()
	for i, err := range errs {
		if err != nil {
			mustDescribe(t, err, namings[i].env)
		}
	}
	return all
}

// must ends the check when a service does not describe itself as its
// environment wants it. first is how it does in the first one.
func (n naming) must(t *testing.T, d, first description) {
	t.Helper()
	if n.broken {
		n.mustStay(t, d)
		return
	}
	title := recorder.Table(rows(n.env)...) + "\n"
	row := func(who, name string) []string { return []string{who, name, added + " = staging"} }
	want := [][]string{{"NewResource", "service.name = " + renamed}}
	got := [][]string{{"NewResource", mapped(d.Resource)}}
	for _, part := range []struct {
		who  string
		have map[string]string
	}{{"spans", d.Spans}, {"metrics", d.Metrics}} {
		if part.have == nil {
			continue // not exported yet
		}
		has := row(part.who, mapped(part.have))
		if part.have[added] != "staging" {
			has[2] = "no " + added
		}
		want, got = append(want, row(part.who, "service.name = "+renamed)), append(got, has)
	}
	f := finding.Finding{Want: title + recorder.Table(want...), Got: title + recorder.Table(got...)}
	if f.Want == f.Got {
		return
	}
	if d.Resource[string(serviceName)] == renamed {
		recorder.Fail(t, recorder.At(minimal.Setup, f))
	}
	switch asks := callOf(t, "WithFromEnv", "Environment", "Default"); {
	case d.Resource[string(serviceName)] == service && n.env[0] != namings[0].env[0] && first.Resource[string(serviceName)] == renamed:
		f.Cause = "OTEL_SERVICE_NAME renames the service, and service.name in OTEL_RESOURCE_ATTRIBUTES does not: there, the name in\nthe code wins."
	case d.Resource[string(serviceName)] != service:
	case asks.line == 0:
		f.Cause = "Nothing here asks the environment: resource.WithFromEnv does, behind the name that the code gives."
	default:
		f.Cause = "The environment is asked, and the name in the code comes after it: whoever comes last wins."
	}
	recorder.Fail(t, recorder.At(minimal.NewResource, f))
}

// mustStay ends the check when telemetry leaves the service without its name
// because something else in the environment can't be read.
func (n naming) mustStay(t *testing.T, d description) {
	t.Helper()
	wanted := "service.name = " + service
	if n.renames {
		wanted = "service.name = " + renamed
	}
	var want, got [][]string
	for _, part := range []struct {
		who  string
		have map[string]string
	}{{"NewResource", d.Resource}, {"spans", d.Spans}, {"metrics", d.Metrics}} {
		if part.have == nil {
			continue // there is an error in its place, or it is not exported yet
		}
		want, got = append(want, []string{part.who, wanted}), append(got, []string{part.who, mapped(part.have)})
	}
	title := recorder.Table(rows(n.env)...) + "\n"
	f := finding.Finding{Want: title + recorder.Table(want...), Got: title + recorder.Table(got...)}
	if f.Want == f.Got {
		return
	}
	fn := any(minimal.NewResource)
	if d.Resource == nil || mapped(d.Resource) == wanted {
		fn = minimal.Setup
	}
	f.Cause = "OTEL_RESOURCE_ATTRIBUTES=team has no value. What can be read is there all the same, beside the error, and the name\nwith it: whoever goes on without the error goes on with that."
	recorder.Fail(t, recorder.At(fn, f))
}

// nameIn returns what a resource says the service is called, or what it says
// in the place of that.
func nameIn(attrs []attribute.KeyValue) string {
	m := make(map[string]string)
	for _, kv := range attrs {
		m[string(kv.Key)] = kv.Value.String()
	}
	return mapped(m)
}

func mapped(attrs map[string]string) string {
	if name, ok := attrs[string(serviceName)]; ok {
		return string(serviceName) + " = " + name
	}
	var keys []string
	for key, value := range attrs {
		if value == service {
			return "no service.name, but " + key + " = " + value
		}
		keys = append(keys, key)
	}
	if near := nearest.Name(string(serviceName), keys); near != "" && !strings.HasPrefix(near, "service.") {
		return "no service.name, but " + near + " = " + attrs[near]
	}
	return "no service.name"
}
