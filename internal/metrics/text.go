package metrics

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/waterfall"
)

// Number prints a value in its unit: durations as such, curly units not at all.
func Number(v float64, unit string) string {
	if unit == "s" && math.Abs(v) < 1e9 {
		return waterfall.FormatDuration(time.Duration(v * float64(time.Second)))
	}
	text := strconv.FormatFloat(v, 'g', 6, 64)
	if unit == "" || unit == "1" || strings.HasPrefix(unit, "{") {
		return text
	}
	return text + " " + printable.Text(unit)
}

// dull attributes are the same for everything that this workshop measures.
var dull = map[string]bool{
	"url.scheme": true, "server.address": true, "server.port": true,
	"network.protocol.name": true, "network.protocol.version": true,
	"db.client.connection.pool.name": true,
}

// Series is what tells a stream from its siblings, in one line.
func Series(p collector.Point) string { return strings.Join(Attributes(p), " ") }

// Attributes is what tells a stream from its siblings: its attributes, by the
// last part of their names where that says enough.
func Attributes(p collector.Point) []string {
	var parts []string
	for _, a := range p.Attrs {
		name := a.Key[strings.LastIndex(a.Key, ".")+1:]
		if a.Key == "error.type" {
			name = a.Key
		}
		if !dull[a.Key] {
			parts = append(parts, printable.Text(name+"="+a.Value))
		}
	}
	return parts
}

// Value is a point in short: a number, or of a histogram its count and some
// percentiles.
func Value(m collector.Metric, p collector.Point) string {
	switch m.Kind {
	case collector.Histogram, collector.ExponentialHistogram:
		text := "count " + strconv.FormatUint(p.Count, 10)
		if p.Count == 1 {
			return text + "  " + Number(p.Sum, m.Unit)
		}
		if m.Unit == "By" { // of sizes, nobody asks for the 99th percentile
			return text + "  mean " + Number(math.Round(10*p.Sum/float64(p.Count))/10, m.Unit)
		}
		if len(p.Bounds) > 0 && !collector.Growing(p.Bounds) {
			return text + "  no percentile can be told"
		}
		for _, q := range []float64{0.5, 0.99} {
			if v, ok := Quantile(p, q); ok {
				text += fmt.Sprintf("  p%g %s", q*100, Number(v, m.Unit))
			}
		}
		return text
	case collector.Summary:
		return fmt.Sprintf("count %d", p.Count)
	}
	return Number(p.Value, m.Unit)
}
