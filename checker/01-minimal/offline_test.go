//go:build unix

package minimal_test

import (
	"context"
	"net"
	"strings"
	"syscall"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// mustNotConnect ends the check when an exporter can't be made where nobody can
// be reached. Somebody may well listen on this machine, so the process is let
// open no connection for a moment.
func mustNotConnect(t *testing.T) {
	t.Helper()
	e := minimal.OTLP()
	for _, signal := range []struct {
		name string
		make func(context.Context) error
	}{
		{traces, func(ctx context.Context) error { _, err := e.Traces(ctx); return err }},
		{metrics, func(ctx context.Context) error { _, err := e.Metrics(ctx); return err }},
	} {
		if signal.name == traces && e.Traces == nil || signal.name == metrics && e.Metrics == nil {
			return // which is seen elsewhere
		}
		err := offline(func() error { return signal.make(t.Context()) })
		if err == nil || strings.Contains(err.Error(), "open /") || signal.make(t.Context()) != nil && !strings.Contains(err.Error(), syscall.EMFILE.Error()) {
			continue // it has read a file; or it fails in any case
		}
		text, _, _ := strings.Cut(err.Error(), ": dial ")
		recorder.Fail(t, recorder.At(minimal.OTLP, finding.Finding{
			Want:  signal.name + ", when no collector can be reached   an exporter, and no error",
			Got:   signal.name + ", when no collector can be reached   error: " + text,
			Cause: "This constructor connects. A service whose collector is down should start and serve all the same: an exporter looks for\nits collector when it has something to send.",
		}))
	}
}

// offline calls f while this process can open nothing, no connection either.
func offline(f func() error) error {
	// How a name is looked up stands in files: they are read while they can be.
	_, _ = net.DefaultResolver.LookupHost(context.Background(), "localhost")
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return nil
	}
	none := limit
	none.Cur = 0
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none); err != nil {
		return nil
	}
	defer func() { _ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit) }() // what was allowed is allowed
	return f()
}
