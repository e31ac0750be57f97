package collector

import (
	"fmt"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"otel.workshop/internal/waterfall"
)

// attrsOf prints attributes in the order in which they were sent.
func attrsOf(m pcommon.Map) []waterfall.Attr {
	if m.Len() == 0 {
		return nil
	}
	attrs := make([]waterfall.Attr, 0, m.Len())
	for k, v := range m.All() {
		attrs = append(attrs, waterfall.Attr{Key: k, Value: printValue(v)})
	}
	return attrs
}

// maxPrinted is how many bytes of a list or a map are printed: as JSON they may
// become six times as many, and much more on the way there.
const maxPrinted = 64 << 10

// printValue writes strings and numbers as they are, lists and maps as JSON and
// bytes as base64, which is how OpenTelemetry prints them elsewhere. What nobody
// would read to its end is named only.
func printValue(v pcommon.Value) string {
	if n := valueBytes(v); n > maxPrinted {
		switch v.Type() {
		case pcommon.ValueTypeSlice:
			return fmt.Sprintf("(a list of %d KiB)", n>>10)
		case pcommon.ValueTypeMap:
			return fmt.Sprintf("(a map of %d KiB)", n>>10)
		}
	}
	s := v.AsString()
	if s != "" {
		return s
	}
	switch v.Type() {
	case pcommon.ValueTypeSlice, pcommon.ValueTypeMap: // JSON has no NaN and no infinity
		return fmt.Sprint(v.AsRaw())
	}
	return ""
}

// timeOf converts a timestamp; one that was not sent is the zero time.
func timeOf(t pcommon.Timestamp) time.Time {
	if t == 0 {
		return time.Time{}
	}
	return t.AsTime()
}

// Sizes that the estimates of memory are made of; see schema.go.
const (
	keyValueBytes = 72 // a key and a boxed value
	eventBytes    = 96
	linkBytes     = 128
	exemplarBytes = 128
)

// mapBytes estimates what attributes take in memory.
func mapBytes(m pcommon.Map) int {
	n := m.Len() * keyValueBytes
	for k, v := range m.All() {
		n += len(k) + valueBytes(v)
	}
	return n
}

// valueBytes estimates what a value takes beside its box.
func valueBytes(v pcommon.Value) int {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return len(v.Str())
	case pcommon.ValueTypeBytes:
		return v.Bytes().Len()
	case pcommon.ValueTypeMap:
		return mapBytes(v.Map())
	case pcommon.ValueTypeSlice:
		n := v.Slice().Len() * keyValueBytes / 2
		for _, e := range v.Slice().All() {
			n += valueBytes(e)
		}
		return n
	}
	return 0
}
