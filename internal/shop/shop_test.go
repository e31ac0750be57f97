package shop

import (
	"cmp"
	"context"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/variant"
)

func TestStartGetStop(t *testing.T) {
	out := newLines()
	s := newShop(t, Options{Root: newModule(t), Output: out.add})
	require.Empty(t, s.URL())
	_, err := s.Get(t.Context(), "/")
	require.ErrorIs(t, err, errNotRunning)

	require.NoError(t, s.Start(t.Context()))
	require.Empty(t, s.Notices())
	require.ErrorContains(t, s.Start(t.Context()), "running already")

	r, err := s.Get(t.Context(), "/orders/42")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, r.Status)
	require.Equal(t, "hello from steps /orders/42 00-"+r.TraceID+"-"+r.SpanID+"-01", r.Body)
	require.Len(t, r.TraceID, 32)
	require.Positive(t, r.Took)

	r, err = s.Get(t.Context(), "teapot")
	require.NoError(t, err, "a status is no error")
	require.Equal(t, http.StatusTeapot, r.Status)

	end := s.Stop(context.Background())
	require.False(t, end.ByItself)
	if canAsk {
		require.Equal(t, "exit status 0", end.State)
		require.False(t, end.Killed)
		require.Equal(t, []string{"flushed"}, end.Last)
		require.Regexp(t, `^the service stopped in \S+ \(exit status 0\)$`, end.String())
	} else {
		require.True(t, end.Killed)
	}
	require.Positive(t, end.Took)
	_, err = s.Get(t.Context(), "/")
	require.ErrorIs(t, err, errNotRunning)
	require.Equal(t, "the service was not running", s.Stop(context.Background()).String())
	select {
	case e := <-s.Exited():
		require.Fail(t, "a service that was stopped did not end by itself", "%s", e)
	default:
	}
}

func TestSources(t *testing.T) {
	root := newModule(t)
	v, err := variant.Parse("broken/01-minimal/rude.diff", []byte(`It says something else.

Caught-by: greeting

--- a/solutions/01-minimal/text.go
+++ b/solutions/01-minimal/text.go
@@ -1,3 +1,3 @@
 package minimal
 
-const Text = "hello from solutions"
+const Text = "hello from a variant"
`))
	require.NoError(t, err)
	for _, test := range []struct {
		name   string
		source Source
		want   string
	}{
		{"steps/01-minimal", Source{Step: "01-minimal"}, "hello from steps"},
		{"solutions/01-minimal", Source{Step: "01-minimal", Solution: true}, "hello from solutions"},
		{"solutions/01-minimal with rude", Source{Variant: &v}, "hello from a variant"},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.name, test.source.String())
			s := newShop(t, Options{Root: root, Source: test.source})
			require.NoError(t, s.Start(t.Context()))
			r, err := s.Get(t.Context(), "/")
			require.NoError(t, err)
			require.Equal(t, test.want, r.Body[:len(test.want)])
		})
	}
}

func TestSourceThatIsNotThere(t *testing.T) {
	root := newModule(t)
	for _, test := range []struct {
		source Source
		want   string
	}{
		{Source{Step: "09-none"}, "there is no service in steps/09-none/shop"},
		{Source{Solution: true}, "no step is named"},
		{Source{Step: "02-x", Variant: &variant.Variant{Name: "rude", Step: "01-minimal"}}, "variant rude belongs to step 01-minimal, not to 02-x"},
	} {
		require.ErrorContains(t, newShop(t, Options{Root: root, Source: test.source}).Start(t.Context()), test.want)
	}
}

func TestCompileError(t *testing.T) {
	s := newShop(t, Options{Root: newModule(t)})
	write(t, s.o.Root, "steps/01-minimal/text.go", "package minimal\n\nconst Text = nothing\n")
	err := s.Start(t.Context())
	var failed *BuildError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "steps/01-minimal/text.go:3:14: undefined: nothing", failed.Messages)
	require.ErrorContains(t, err, "steps/01-minimal does not compile: put this right and save\n")

	write(t, s.o.Root, "steps/01-minimal/text.go", "package minimal\n\nimport _ \"otel.workshop/steps/01-minimal\"\n")
	require.ErrorAs(t, s.Start(t.Context()), &failed)
	require.Contains(t, failed.Messages, "import")

	write(t, s.o.Root, "go.mod", "module otel.workshop\n\nnonsense\n")
	err = s.Start(t.Context())
	require.Error(t, err)
	require.False(t, errorsAsBuild(err), "a bad go.mod is not the learner's code: %v", err)
}

func TestCompileErrorOfAVariantNamesTheSolution(t *testing.T) {
	root := newModule(t)
	v, err := variant.Parse("broken/01-minimal/torn.diff", []byte(`It does not compile.

Caught-by: greeting

--- a/solutions/01-minimal/text.go
+++ b/solutions/01-minimal/text.go
@@ -1,3 +1,3 @@
 package minimal
 
-const Text = "hello from solutions"
+const Text = nothing
`))
	require.NoError(t, err)
	var failed *BuildError
	require.ErrorAs(t, newShop(t, Options{Root: root, Source: Source{Variant: &v}}).Start(t.Context()), &failed)
	require.Equal(t, "solutions/01-minimal/text.go:3:14: undefined: nothing", failed.Messages)
}

func TestRestart(t *testing.T) {
	s := newShop(t, Options{Root: newModule(t)})
	get := func() string {
		t.Helper()
		r, err := s.Get(t.Context(), "/")
		require.NoError(t, err)
		text, _, _ := strings.Cut(r.Body, " /")
		return text
	}
	end, err := s.Restart(t.Context())
	require.NoError(t, err, "without a service that runs, it is a start")
	require.Zero(t, end)
	url := s.URL()
	require.Equal(t, "hello from steps", get())

	write(t, s.o.Root, "steps/01-minimal/text.go", "package minimal\n\nconst Text = torn\n")
	end, err = s.Restart(t.Context())
	var failed *BuildError
	require.ErrorAs(t, err, &failed)
	require.Zero(t, end)
	require.Equal(t, "hello from steps", get(), "the old one should run on")

	write(t, s.o.Root, "steps/01-minimal/text.go", "package minimal\n\nconst Text = \"changed\"\n")
	end, err = s.Restart(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, end.State)
	require.False(t, end.ByItself)
	require.Equal(t, "changed", get())
	require.Equal(t, url, s.URL(), "it should stay where it was")
}

func TestEnvironment(t *testing.T) {
	t.Setenv("OTEL_SERVICE_NAME", "stray")
	t.Setenv("HTTPS_PROXY", "http://proxy.example")
	t.Setenv("SOMETHING_ELSE", "kept")
	t.Setenv("ADDR", "127.0.0.1:1")
	s := newShop(t, Options{CollectorEndpoint: "http://127.0.0.1:4999", Env: []string{"OTEL_SERVICE_NAME=told", "ADDR=127.0.0.1:2"}})
	require.NoError(t, s.Start(t.Context()))
	r, err := s.Get(t.Context(), "/env")
	require.NoError(t, err)
	env := strings.Split(r.Body, "\n")
	require.Contains(t, env, "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4999")
	require.Contains(t, env, "SOMETHING_ELSE=kept")
	require.Contains(t, env, "OTEL_SERVICE_NAME=told")
	require.Contains(t, env, "ADDR="+strings.TrimPrefix(s.URL(), "http://"))
	require.NotContains(t, r.Body, "stray")
	require.NotContains(t, r.Body, "proxy.example")
	require.NotContains(t, env, "ADDR=127.0.0.1:1")
	require.NotContains(t, env, "ADDR=127.0.0.1:2")
}

func TestHost(t *testing.T) {
	for _, host := range []string{"", "shop.example"} {
		s := newShop(t, Options{Host: host})
		require.NoError(t, s.Start(t.Context()))
		r, err := s.Get(t.Context(), "/host")
		require.NoError(t, err)
		require.Equal(t, cmp.Or(host, strings.TrimPrefix(s.URL(), "http://")), r.Body)
	}
}

func TestDefaultCollectorIsNotTold(t *testing.T) {
	for endpoint, want := range map[string]bool{
		"":                                true,
		"http://localhost:4318":           true,
		"http://127.0.0.1:4318":           true,
		"http://127.0.0.1:4318/":          true,
		"http://[::1]:4318":               true,
		"https://localhost:4318":          false,
		"http://127.0.0.1:4319":           false,
		"http://192.0.2.1:4318":           false,
		"http://localhost:4318/elsewhere": false,
	} {
		told := strings.Contains(strings.Join(environment(os.Environ(), "a", endpoint), "\n"), "OTEL_EXPORTER_OTLP_ENDPOINT="+endpoint)
		require.Equal(t, want, !told, endpoint)
	}
}
