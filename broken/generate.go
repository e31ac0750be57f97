// Package broken holds mistakes, as diffs of the solutions. See README.md.
package broken

//go:generate go run otel.workshop/internal/variant/genstarter
