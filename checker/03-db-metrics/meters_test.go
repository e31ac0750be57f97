package dbmetrics_test

import (
	"fmt"
	"slices"
	"sync"

	"go.opentelemetry.io/otel/metric"
)

// front is a meter provider that stands before another one, and knows which
// instruments are made and which callbacks registered. Safe for concurrent use.
type front struct {
	metric.MeterProvider

	mu         sync.Mutex
	made       []making
	observable []string
	refuses    string // the name of an instrument that can't be made, or callbacks
	refused    int
}

// callbacks stands for RegisterCallback where an instrument's name would stand.
const callbacks = "RegisterCallback"

// A making is one instrument that was made, or was not.
type making struct {
	name string
	err  error
}

func (f *front) Meter(name string, options ...metric.MeterOption) metric.Meter {
	return frontMeter{f.MeterProvider.Meter(name, options...), f}
}

// count says how many were made so far, callbacks included.
func (f *front) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.made)
}

// since returns the names of what was made after the first n.
func (f *front) since(n int) (names []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.made[n:] {
		names = append(names, m.name)
	}
	return names
}

// failed returns what could not be made.
func (f *front) failed() []making {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.made), func(m making) bool { return m.err == nil })
}

// observe takes note of an observable instrument.
func (f *front) observe(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.observable = append(f.observable, name)
}

// observes reports whether an observable instrument has that name.
func (f *front) observes(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Contains(f.observable, name)
}

// refuse makes one name fail from now on; "" none.
func (f *front) refuse(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refuses, f.refused = name, 0
}

// refusals is how often it was asked for what it refuses.
func (f *front) refusals() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.refused
}

// noted takes note of an instrument. As the SDK does, it returns one that works
// together with an error.
func noted[I any](f *front, name string, i I, err error) (I, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if name == f.refuses && err == nil {
		f.refused++
		err = fmt.Errorf("the meter refuses %s", name)
	}
	f.made = append(f.made, making{name, err})
	return i, err
}

type frontMeter struct {
	metric.Meter
	f *front
}

func (m frontMeter) RegisterCallback(f metric.Callback, of ...metric.Observable) (metric.Registration, error) {
	r, err := m.Meter.RegisterCallback(f, of...)
	return noted(m.f, callbacks, r, err)
}

func (m frontMeter) Int64Counter(name string, options ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	i, err := m.Meter.Int64Counter(name, options...)
	return noted(m.f, name, i, err)
}

func (m frontMeter) Int64UpDownCounter(name string, options ...metric.Int64UpDownCounterOption) (metric.Int64UpDownCounter, error) {
	i, err := m.Meter.Int64UpDownCounter(name, options...)
	return noted(m.f, name, i, err)
}

func (m frontMeter) Int64Histogram(name string, options ...metric.Int64HistogramOption) (metric.Int64Histogram, error) {
	i, err := m.Meter.Int64Histogram(name, options...)
	return noted(m.f, name, i, err)
}

func (m frontMeter) Int64Gauge(name string, options ...metric.Int64GaugeOption) (metric.Int64Gauge, error) {
	i, err := m.Meter.Int64Gauge(name, options...)
	return noted(m.f, name, i, err)
}

func (m frontMeter) Int64ObservableCounter(name string, options ...metric.Int64ObservableCounterOption) (metric.Int64ObservableCounter, error) {
	i, err := m.Meter.Int64ObservableCounter(name, options...)
	m.f.observe(name)
	return noted(m.f, name, i, err)
}

func (m frontMeter) Int64ObservableUpDownCounter(name string, options ...metric.Int64ObservableUpDownCounterOption) (metric.Int64ObservableUpDownCounter, error) {
	i, err := m.Meter.Int64ObservableUpDownCounter(name, options...)
	m.f.observe(name)
	return noted(m.f, name, i, err)
}

func (m frontMeter) Int64ObservableGauge(name string, options ...metric.Int64ObservableGaugeOption) (metric.Int64ObservableGauge, error) {
	i, err := m.Meter.Int64ObservableGauge(name, options...)
	m.f.observe(name)
	return noted(m.f, name, i, err)
}

func (m frontMeter) Float64Counter(name string, options ...metric.Float64CounterOption) (metric.Float64Counter, error) {
	i, err := m.Meter.Float64Counter(name, options...)
	return noted(m.f, name, i, err)
}

func (m frontMeter) Float64UpDownCounter(name string, options ...metric.Float64UpDownCounterOption) (metric.Float64UpDownCounter, error) {
	i, err := m.Meter.Float64UpDownCounter(name, options...)
	return noted(m.f, name, i, err)
}

func (m frontMeter) Float64Histogram(name string, options ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	i, err := m.Meter.Float64Histogram(name, options...)
	return noted(m.f, name, i, err)
}

func (m frontMeter) Float64Gauge(name string, options ...metric.Float64GaugeOption) (metric.Float64Gauge, error) {
	i, err := m.Meter.Float64Gauge(name, options...)
	return noted(m.f, name, i, err)
}

func (m frontMeter) Float64ObservableCounter(name string, options ...metric.Float64ObservableCounterOption) (metric.Float64ObservableCounter, error) {
	i, err := m.Meter.Float64ObservableCounter(name, options...)
	m.f.observe(name)
	return noted(m.f, name, i, err)
}

func (m frontMeter) Float64ObservableUpDownCounter(name string, options ...metric.Float64ObservableUpDownCounterOption) (metric.Float64ObservableUpDownCounter, error) {
	i, err := m.Meter.Float64ObservableUpDownCounter(name, options...)
	m.f.observe(name)
	return noted(m.f, name, i, err)
}

func (m frontMeter) Float64ObservableGauge(name string, options ...metric.Float64ObservableGaugeOption) (metric.Float64ObservableGauge, error) {
	i, err := m.Meter.Float64ObservableGauge(name, options...)
	m.f.observe(name)
	return noted(m.f, name, i, err)
}
