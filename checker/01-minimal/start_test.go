package minimal_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// downs are what a collector can be when a service starts, besides well.
var downs = []struct {
	what string
	is   trouble
}{
	{"nothing gets through to the collector", trouble{refuses: errors.New("connection refused")}},
	{"the collector never answers", trouble{takes: forEver}},
}

// mustStart ends the check when Setup fails because of the collector alone.
func mustStart(t *testing.T) {
	t.Helper()
	if setUpWith(t, trouble{}) != nil {
		return // it fails in any case, which is another check's subject
	}
	for _, down := range downs {
		if err := setUpWith(t, down.is); err != nil {
			recorder.Fail(t, recorder.At(minimal.Setup, finding.Finding{
				Want:  "Setup, when " + down.what + "   no error",
				Got:   "Setup, when " + down.what + "   error: " + err.Error(),
				Cause: "A service whose collector is down should start and serve all the same. What can't be sent then is told by the SDK,\nwhen it is to be sent.",
			}))
		}
	}
}

// setUpWith returns what Setup returns with exporters in such trouble.
func setUpWith(t *testing.T, is trouble) error {
	t.Helper()
	w := newWorld(t)
	w.spans.trouble, w.metrics.trouble = is, is
	inBubble(t, func(ctx context.Context) {
		w.setUp(ctx)
		if w.shutdown != nil {
			ctx, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			_ = w.shutdown(ctx) // it may well have nobody to send to
		}
	})
	return w.err
}
