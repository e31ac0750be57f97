package dbmetrics_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// Instruments should be made once, not for each query.
func TestInstrumentsMadeOnce(t *testing.T) {
	made := &counting{MeterProvider: noop.NewMeterProvider()}
	otel.SetMeterProvider(made)
	pool := (&database.Database{Orders: map[int64]string{42: "shipped"}}).Open()
	defer func() { _ = pool.Close() }() // nothing is lost with it
	store, err := dbmetrics.NewStore(pool)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = store.Status(context.Background(), 42) // the first one may make them, if it does so once
	first := made.instruments.Load()
	for range 3 {
		_, _ = store.Status(context.Background(), 42)
	}
	more := made.instruments.Load() - first
	if first > 0 && more == 0 {
		return
	}
	says := func(first, more int64) string {
		return recorder.Table([]string{"instruments"}, []string{"  made by the end of the first query", fmt.Sprint(first)}, []string{"  made for three more queries", fmt.Sprint(more)})
	}
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{Want: says(first, 0), Got: says(first, more)})
	if first == 0 {
		recorder.Needs(t, "queries-counted", "duration-in-seconds")
	} else {
		f.Cause = "Making an instrument takes a lock and several look-ups, and may fail; adding to one takes next to nothing.\nMake them in NewStore, which can return the error, and keep them."
	}
	recorder.Fail(t, f)
}

// counting is a meter provider whose meters count the instruments that they
// make, and measure nothing.
type counting struct {
	metric.MeterProvider
	instruments atomic.Int64
}

func (c *counting) Meter(name string, options ...metric.MeterOption) metric.Meter {
	return countingMeter{c.MeterProvider.Meter(name, options...), &c.instruments}
}

type countingMeter struct {
	metric.Meter
	n *atomic.Int64
}

func (m countingMeter) Int64Counter(name string, options ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	m.n.Add(1)
	return m.Meter.Int64Counter(name, options...)
}

func (m countingMeter) Int64UpDownCounter(name string, options ...metric.Int64UpDownCounterOption) (metric.Int64UpDownCounter, error) {
	m.n.Add(1)
	return m.Meter.Int64UpDownCounter(name, options...)
}

func (m countingMeter) Int64Histogram(name string, options ...metric.Int64HistogramOption) (metric.Int64Histogram, error) {
	m.n.Add(1)
	return m.Meter.Int64Histogram(name, options...)
}

func (m countingMeter) Int64Gauge(name string, options ...metric.Int64GaugeOption) (metric.Int64Gauge, error) {
	m.n.Add(1)
	return m.Meter.Int64Gauge(name, options...)
}

func (m countingMeter) Int64ObservableCounter(name string, options ...metric.Int64ObservableCounterOption) (metric.Int64ObservableCounter, error) {
	m.n.Add(1)
	return m.Meter.Int64ObservableCounter(name, options...)
}

func (m countingMeter) Int64ObservableUpDownCounter(name string, options ...metric.Int64ObservableUpDownCounterOption) (metric.Int64ObservableUpDownCounter, error) {
	m.n.Add(1)
	return m.Meter.Int64ObservableUpDownCounter(name, options...)
}

func (m countingMeter) Int64ObservableGauge(name string, options ...metric.Int64ObservableGaugeOption) (metric.Int64ObservableGauge, error) {
	m.n.Add(1)
	return m.Meter.Int64ObservableGauge(name, options...)
}

func (m countingMeter) Float64Counter(name string, options ...metric.Float64CounterOption) (metric.Float64Counter, error) {
	m.n.Add(1)
	return m.Meter.Float64Counter(name, options...)
}

func (m countingMeter) Float64UpDownCounter(name string, options ...metric.Float64UpDownCounterOption) (metric.Float64UpDownCounter, error) {
	m.n.Add(1)
	return m.Meter.Float64UpDownCounter(name, options...)
}

func (m countingMeter) Float64Histogram(name string, options ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	m.n.Add(1)
	return m.Meter.Float64Histogram(name, options...)
}

func (m countingMeter) Float64Gauge(name string, options ...metric.Float64GaugeOption) (metric.Float64Gauge, error) {
	m.n.Add(1)
	return m.Meter.Float64Gauge(name, options...)
}

func (m countingMeter) Float64ObservableCounter(name string, options ...metric.Float64ObservableCounterOption) (metric.Float64ObservableCounter, error) {
	m.n.Add(1)
	return m.Meter.Float64ObservableCounter(name, options...)
}

func (m countingMeter) Float64ObservableUpDownCounter(name string, options ...metric.Float64ObservableUpDownCounterOption) (metric.Float64ObservableUpDownCounter, error) {
	m.n.Add(1)
	return m.Meter.Float64ObservableUpDownCounter(name, options...)
}

func (m countingMeter) Float64ObservableGauge(name string, options ...metric.Float64ObservableGaugeOption) (metric.Float64ObservableGauge, error) {
	m.n.Add(1)
	return m.Meter.Float64ObservableGauge(name, options...)
}
