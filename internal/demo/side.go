package demo

import (
	"otel.workshop/internal/shop"
)

// A Side is one service in its scenario: what its callers saw, what its
// collector received, and how it ended.
type Side struct {
	Name      string // "broken" or "right"
	Callers   Callers
	Telemetry Telemetry
	Drawn     Drawn
	Counted   []uint64         // requests that the metrics know of, when one replica after the other has ended; nil for a service that runs once
	Ended     shop.Ended       // of the last replica; the zero value: it did not start
	StartErr  *shop.StartError // why it did not; nil when it did
}
