package failuremodes_test

import (
	"encoding/pem"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/resource"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/solutions/01-minimal"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// A mistake in the configuration, and what comes of it.
type mistake struct {
	name, value string       // of an environment variable
	which       string       // why it is one
	err         func() error // what the setup of step 1 says to it
}

// When telemetry can't be set up, Run should return that error, and not serve without.
func TestSetupErrorTold(t *testing.T) {
	otlp := minimal.OTLP()
	for _, m := range []mistake{
		{"OTEL_RESOURCE_ATTRIBUTES", "team", "which is no key=value", func() error {
			_, err := minimal.NewResource(t.Context())
			return err
		}},
		{"OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", certificate(t), "for an endpoint that is http", func() error {
			_, err := otlp.Traces(t.Context())
			return err
		}},
		{"OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", certificate(t), "for an endpoint that is http", func() error {
			_, err := otlp.Metrics(t.Context())
			return err
		}},
	} {
		mustTell(t, m)
	}
}

// mustTell ends the check when Run makes nothing of a mistake.
func mustTell(t *testing.T, m mistake) {
	t.Helper()
	s := newService(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", s.endpoint)
	t.Setenv(m.name, m.value)
	defer os.Unsetenv(m.name)
	cause := m.err()
	if cause == nil {
		t.Fatalf("%s=%s is no mistake any more", m.name, m.value)
	}
	s.start(t)
	scene := fmt.Sprintf("%s=%s, %s\nRun   ", m.name, filepath.Base(m.value), m.which)
	f := recorder.At(failuremodes.Run, finding.Finding{Want: scene + "returns an error that says so"})
	select {
	case <-s.ended:
		switch {
		case s.err == nil:
			f.Got = scene + "returns, and no error"
		case !errors.Is(s.err, cause) && !strings.Contains(s.err.Error(), cause.Error()):
			f.Got = scene + "returns: " + s.err.Error()
			f.Cause = fmt.Sprintf("Something went wrong, and nobody is told what. The setup has said %q:\nfmt.Errorf with %%w wraps it.", cause)
			recorder.Fail(t, f)
		case errors.Is(cause, resource.ErrPartialResource) && !errors.Is(s.err, resource.ErrPartialResource):
			f.Want = scene + "returns an error that wraps what was wrong"
			f.Got = scene + "returns: " + s.err.Error()
			f.Cause = "The words are there, and errors.Is finds no cause behind them. fmt.Errorf wraps with %w; with %v it quotes."
			recorder.Fail(t, f)
		default:
			return
		}
	case <-time.After(time.Second):
		f.Got = scene + "serves: GET /orders/42   " + s.get(known).String()
	}
	f.Cause = "The service runs blind until somebody needs a trace. A mistake in the setup is there when the service starts, and\nwhoever starts it should hear of it: return the error. (A collector that can't be reached is no such mistake.)"
	recorder.Fail(t, f)
}

// certificate returns the name of a file with a certificate.
func certificate(t *testing.T) string {
	srv := httptest.NewTLSServer(nil)
	defer srv.Close()
	name := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	if err := os.WriteFile(name, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
