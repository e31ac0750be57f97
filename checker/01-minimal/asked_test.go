package minimal_test

import (
	"sync"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// asked is who has asked the global providers for a tracer or a meter.
type asked struct{ tracers, meters names }

// askGlobally notes from now on who asks the global providers.
func askGlobally() *asked {
	a := &asked{}
	otel.SetTracerProvider(askedTracers{otel.GetTracerProvider(), &a.tracers})
	otel.SetMeterProvider(askedMeters{otel.GetMeterProvider(), &a.meters})
	return a
}

type askedTracers struct {
	trace.TracerProvider
	by *names
}

func (p askedTracers) Tracer(name string, options ...trace.TracerOption) trace.Tracer {
	p.by.add(name)
	return p.TracerProvider.Tracer(name, options...)
}

type askedMeters struct {
	metric.MeterProvider
	by *names
}

func (p askedMeters) Meter(name string, options ...metric.MeterOption) metric.Meter {
	p.by.add(name)
	return p.MeterProvider.Meter(name, options...)
}

// names are a set of names. Safe for concurrent use.
type names struct {
	mu  sync.Mutex
	all map[string]bool
}

func (n *names) add(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.all == nil {
		n.all = make(map[string]bool)
	}
	n.all[name] = true
}

func (n *names) has(name string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.all[name]
}
