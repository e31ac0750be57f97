package postgres

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/postgres/realpg"
)

// BenchmarkStart measures how long it is from nothing to the first answer, and
// how much of that is Start.
func BenchmarkStart(b *testing.B) {
	var starting time.Duration
	for b.Loop() {
		began := time.Now()
		d, err := Start(context.Background(), "")
		require.NoError(b, err)
		starting += time.Since(began)
		db := connect(b, d.URL())
		require.NoError(b, db.Ping())
		require.NoError(b, db.Close())
		require.NoError(b, d.Close())
	}
	b.ReportMetric(float64(starting.Microseconds())/float64(b.N), "start-µs")
}

// BenchmarkSelect measures one client's query with a parameter, over the wire.
func BenchmarkSelect(b *testing.B) {
	for name, url := range map[string]func() string{
		"embedded": func() string { return started(b).URL() },
		"real":     func() string { return realpg.Start(b) },
	} {
		b.Run(name, func(b *testing.B) {
			db := connect(b, url())
			exec(b, db, orders)
			var took []time.Duration
			id := 0
			for b.Loop() {
				id = id%300 + 1
				began := time.Now()
				statusOf(b, db, id)
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}
