package proxy_test

import (
	"database/sql"
	"testing"

	"otel.workshop/internal/postgres/realpg"
)

// What the proxy costs a query while nothing is wrong: compare the two.
//
//	go test -run '^$' -bench Query ./internal/proxy
func BenchmarkQuery(b *testing.B) {
	s := newShop(b, realpg.Start(b))
	for name, db := range map[string]*sql.DB{"direct": s.direct, "proxied": s.db} {
		b.Run(name, func(b *testing.B) {
			s.requireWorks(b)
			for b.Loop() {
				if _, _, err := status(b.Context(), db); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
