package shop

import "fmt"

// A Backend is a collector that can be made to fail, and says whether it does.
type Backend interface {
	SetHanging(bool)
	Hanging() bool
	SetDown(bool)
	Down() bool
}

// A Behind is what stands behind a service: the collector at which its
// telemetry arrives. The zero Behind is one that is not ours.
type Behind struct{ Backend }

// Set brings about a fault of the collector, or ends it: one at a time. The
// error says that it is somebody else's collector.
func (b Behind) Set(f Fault, on bool) error {
	if b.Backend == nil {
		return fmt.Errorf("%s can't be done to a collector that is not the workshop's: unset OTEL_EXPORTER_OTLP_ENDPOINT", string(f))
	}
	b.SetDown(on && f == CollectorDown || !on && f != CollectorDown && b.Down())
	b.SetHanging(on && f == CollectorHangs || !on && f != CollectorHangs && b.Hanging())
	return nil
}

// Faults returns what is wrong with the collector now.
func (b Behind) Faults() (faults []Fault) {
	if b.Backend == nil {
		return nil
	}
	if b.Hanging() {
		faults = append(faults, CollectorHangs)
	}
	if b.Down() {
		faults = append(faults, CollectorDown)
	}
	return faults
}

// Recover ends what is wrong with the collector. Who was kept waiting is cut
// off: what it had said is lost.
func (b Behind) Recover() {
	if len(b.Faults()) > 0 {
		b.SetDown(true)
		b.SetHanging(false)
		b.SetDown(false)
	}
}
