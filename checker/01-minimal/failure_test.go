package minimal_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/resource"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// A failure is what can't be had when Setup asks for it.
type failure struct {
	what            string
	traces, metrics error  // what the constructors return
	attributes      string // OTEL_RESOURCE_ATTRIBUTES, or ""
}

// failures are what can go wrong in Setup. The last one is an attribute without
// a value: a resource that is made from it is incomplete, and its maker says so.
var failures = []failure{
	{what: "span exporter", traces: errors.New("no span exporter today")},
	{what: "metric exporter", metrics: errors.New("no metric exporter today")},
	{what: "complete resource", attributes: "team"},
}

// When a part of it can't be made, Setup should return that error and leave nothing running.
func TestSetupFailsClean(t *testing.T) {
	header := []string{"can't be made", "Setup returns", "left running"}
	want, got := [][]string{header}, [][]string{header}
	silent, incomplete, left, quoted := false, false, false, false
	for _, fail := range failures {
		wanted := cmp.Or(fail.traces, fail.metrics)
		if fail.attributes != "" {
			t.Setenv("OTEL_RESOURCE_ATTRIBUTES", fail.attributes)
			_, err := minimal.NewResource(t.Context())
			if err == nil {
				continue // it does without, or has told somebody
			}
			wanted = errors.New("missing value: [" + fail.attributes + "]")
			if errors.Is(err, resource.ErrPartialResource) {
				wanted = incompleteError{wanted}
			}
		}
		w := newWorld(t)
		w.tracesErr, w.metricsErr = fail.traces, fail.metrics
		before := recorder.Goroutines(sdk, steps)
		said := listen(func() { w.setUp(t.Context()) })
		wantedRow := []string{fail.what, wanted.Error(), "nothing"}
		row := []string{fail.what, "no error", "nothing"}
		switch {
		case tells(w.err, wanted) && !wraps(w.err, wanted):
			quoted = true
			row[1] = wanted.Error() + ", as text alone"
			row[2] = w.running(before)
		case tells(w.err, wanted):
			row[1] = wanted.Error()
			row[2] = w.running(before)
		case w.err != nil:
			row[1] = w.err.Error()
			row[2] = w.running(before)
			needsResource(t)
		case fail.attributes != "" && strings.Contains(said, "missing value"):
			row[1] = wanted.Error() // it was told, and what there is of a resource will do
			w.end(t)
		case fail.attributes != "":
			incomplete = true
			w.end(t)
		default:
			silent = true
			row[2] = w.running(before)
		}
		left = left || row[2] != "nothing"
		want, got = append(want, wantedRow), append(got, row)
	}
	if recorder.Table(want...) == recorder.Table(got...) {
		return
	}
	f := finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)}
	switch {
	case quoted:
		f.Cause = "The text of the error is there, and the error itself is not: whoever asks errors.Is or errors.As does not find it.\nfmt.Errorf wraps what stands for %w, and only quotes what stands for %v or %s."
	case silent:
		f.Cause = "An error that Setup keeps to itself makes a service that runs blind: nobody learns that it has no telemetry."
	case incomplete:
		f.Cause = "OTEL_RESOURCE_ATTRIBUTES=team has no value, NewResource has returned that as an error, and Setup has kept it to itself:\nnobody learns that what the service says of itself is incomplete."
	case left:
		f.Cause = "What was made before the failure is never used and never stopped.\nMake all that can fail first, or stop what there is before returning the error."
	}
	recorder.Fail(t, recorder.At(minimal.Setup, f))
}

// incompleteError is the error of a resource that is incomplete.
type incompleteError struct{ error }

func (incompleteError) Is(err error) bool { return err == resource.ErrPartialResource }

// wraps reports whether errors.Is finds in err what has gone wrong.
func wraps(err, wanted error) bool {
	if errors.Is(wanted, resource.ErrPartialResource) {
		wanted = resource.ErrPartialResource
	}
	return errors.Is(err, wanted)
}

// end shuts down what a Setup has made that did not fail.
func (w *world) end(t *testing.T) {
	if w.shutdown != nil {
		_ = w.shutdown(t.Context()) // what it says is another check's subject
	}
}

// sdk is where the SDK's packages are.
const sdk = "go.opentelemetry.io/otel/sdk/"

// steps is how the names of the learner's functions begin.
var steps = recorder.PackageOf(minimal.Setup) + "."

// running names what a failed Setup has left behind; before is what of the SDK
// and of the learner's package ran already.
func (w *world) running(before map[string]int) string {
	var left []string
	if w.madeTraces && !w.spans.Stopped() {
		left = append(left, "the span exporter")
	}
	if w.madeMetrics && !w.metrics.Stopped() {
		left = append(left, "the metric exporter")
	}
	if recorder.Left(before, sdk) != nil {
		left = append(left, "goroutines of the SDK")
	}
	if recorder.Left(before, steps) != nil {
		left = append(left, "goroutines of Setup's own")
	}
	if left == nil {
		return "nothing"
	}
	return strings.Join(left, ", ")
}

// listen returns what the learner's code tells anybody while f runs: through
// log and slog, OpenTelemetry's error handler, standard output or error.
func listen(f func()) string {
	var said words
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		// The SDK reads the environment itself, and tells of it here.
		if !slices.ContainsFunc(callersOf(), func(name string) bool { return strings.HasPrefix(name, sdk) }) {
			_, _ = fmt.Fprintln(&said, err)
		}
	}))
	logger, logged := slog.Default(), log.Writer()
	slog.SetDefault(slog.New(slog.NewTextHandler(&said, nil)))
	log.SetOutput(&said)
	defer func() {
		slog.SetDefault(logger)
		log.SetOutput(logged)
	}()
	r, w, err := os.Pipe()
	if err != nil { // what is printed stays unheard
		f()
		return said.String()
	}
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = w, w
	printed := make(chan struct{})
	go func() {
		defer close(printed)
		_, _ = io.Copy(&said, r) // until the other end is closed
	}()
	f()
	os.Stdout, os.Stderr = stdout, stderr
	_ = w.Close() // nothing was buffered
	<-printed
	return said.String()
}

// words are what was said. Safe for concurrent use.
type words struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}
