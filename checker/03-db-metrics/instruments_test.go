package dbmetrics_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// Instruments should be made once, not for each query.
func TestInstrumentsMadeOnce(t *testing.T) {
	all := played(t)
	if all[len(all)-1].made == 0 {
		recorder.Needs(t, "queries-counted", "duration-in-seconds")
		recorder.Fail(t, finding.Finding{Want: "instruments", Got: "none was made"})
	}
	for e := range each(all) {
		made := slices.Compact(slices.Sorted(slices.Values(e.new)))
		if e.round == first {
			continue // it may make them, if it does so once
		}
		if len(made) == 0 {
			continue
		}
		says := func(made ...string) string {
			if made == nil {
				made = []string{"nothing"}
			}
			return e.scene() + recorder.Table([]string{"instruments at the start", fmt.Sprint(all[0].made)}, []string{"made while it runs", strings.Join(made, "\n\t")})
		}
		f := recorder.At((*dbmetrics.Store).Status, finding.Finding{Want: says(), Got: says(made...),
			Cause: "Making an instrument takes a lock and several look-ups, and may fail; adding to one takes next to nothing.\nMake them in NewStore, which can return the error, and keep them."})
		if slices.Contains(made, callbacks) {
			f.Cause = "A callback that is registered for each query stays: all of them run whenever metrics are collected, what they observe\nadds up, and the process never forgets one. Register it in NewStore, once."
		}
		recorder.Fail(t, f)
	}
}
