package failuremodes_test

import (
	"encoding/pem"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
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
	mistakes := []mistake{
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
	}
	for _, m := range mistakes {
		mustTell(t, m)
	}
	mustTellOfStore(t)
	mustEndAloud(t, mistakes[0])
}

// mustTellOfStore ends the check when NewHandler makes nothing of a store that
// can't be made, because a meter refuses its instruments.
func mustTellOfStore(t *testing.T) {
	t.Helper()
	refuses := &refusing{}
	otel.SetMeterProvider(refuses)
	pool := newDatabase().Open()
	t.Cleanup(func() { _ = pool.Close() }) // there is nothing behind it
	log := (&logbook{}).logger()
	_, err := failuremodes.NewHandler(failuremodes.Config{
		DB: pool, PaymentsURL: newPayments(t).url, PaymentTimeout: time.Second, FlushTimeout: time.Second, Log: log,
	}, failuremodes.NewReceipts(log, time.Second))
	if err != nil || refuses.asked == 0 {
		return
	}
	const scene = "a meter refuses the instruments of the store\nNewHandler   returns "
	recorder.Fail(t, recorder.At(failuremodes.NewHandler, finding.Finding{
		Want:  scene + "an error",
		Got:   scene + "no error",
		Cause: "NewStore has returned the meter's error, and nobody hears of it: NewHandler can return one, too, and Run hands it to\nwhoever starts the service.",
	}))
}

// mustEndAloud ends the check when the learner's own program makes nothing of
// the error that its Run returns.
func mustEndAloud(t *testing.T, m mistake) {
	t.Helper()
	if runtime.GOOS == "windows" {
		return // as the other checks that run it
	}
	t.Setenv(m.name, m.value)
	cause := m.err()
	p, _ := startShop(t) // it may listen before it ends
	if p == nil || !p.Ended(patience) || p.Exit() != "exit status 0" || strings.Contains(strings.Join(p.Printed(), "\n"), cause.Error()) {
		return
	}
	scene := fmt.Sprintf("%s=%s, %s\nthe program in shop/   ", m.name, m.value, m.which)
	recorder.Fail(t, finding.Finding{
		Want:  scene + "says so, or ends with another exit status than 0",
		Got:   scene + "ends with exit status 0, and has not said why",
		Cause: "Run has returned the error, and the program makes nothing of it: whoever has started it takes that for a good end.",
		File:  "steps/04-failure-modes/shop/main.go",
	})
}

// refusing is a meter provider whose meters make no instruments.
type refusing struct {
	noop.MeterProvider
	asked int
}

func (r *refusing) Meter(string, ...metric.MeterOption) metric.Meter { return refusingMeter{of: r} }

type refusingMeter struct {
	noop.Meter
	of *refusing
}

func (m refusingMeter) Int64Counter(name string, _ ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	m.of.asked++
	return noop.Int64Counter{}, fmt.Errorf("the meter refuses %s", name)
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
