package recorder

import (
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// NearMiss returns the first of the names that look like a slip in want: one
// or two letters off, other separators (error_type, db.query-count), another
// case, a plural. It returns "" when want itself is among them, and when none
// is near: then the name is no slip but another one, or nobody wrote it.
//
// The names may be those of spans, attributes, instruments or scopes. For a
// unit see UnitSlip: "ms" is no slip in "s".
func NearMiss(want string, names ...string) string {
	if slices.Contains(names, want) {
		return ""
	}
	for _, name := range names {
		if near(want, name) {
			return name
		}
	}
	return ""
}

// NearAttr returns the attribute key that looks like a slip in want, or "".
func NearAttr(want attribute.Key, kvs []attribute.KeyValue) string {
	var keys []string
	for _, kv := range kvs {
		keys = append(keys, string(kv.Key))
	}
	return NearMiss(string(want), keys...)
}

// NearSpan returns the name of a span that looks like a slip in want, or "".
func NearSpan(want string, spans tracetest.SpanStubs) string {
	var names []string
	for _, s := range spans {
		names = append(names, s.Name)
	}
	return NearMiss(want, names...)
}

// Slip says in a sentence that a name is a slip in another: what reads it, a
// backend or a chart, finds it by its exact name.
func Slip(got, want string) string {
	return "It is called " + got + ", and " + want + " is meant: a name is found by its letters, and by nothing else."
}

// UnitSlip returns what a unit says that is not want, in words: "ms is
// milliseconds", "seconds is spelt s". It returns "" for want, and for a unit
// that it has no words for.
func UnitSlip(want, got string) string {
	switch name, known := units[got]; {
	case got == want:
		return ""
	case known:
		return got + " is " + name
	case slices.Contains(spelt[want], strings.ToLower(strings.Trim(got, "{}"))):
		return got + " is spelt " + want
	case got != "" && near(want, got):
		return got + " is nearly " + want
	}
	return ""
}

// units has what a unit of the Unified Code for Units of Measure stands for, of
// those that are taken for each other; spelt has how people write them.
// https://ucum.org/ucum
var (
	units = map[string]string{
		"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds",
		"min": "minutes", "h": "hours", "By": "bytes", "kBy": "kilobytes", "1": "a plain number",
	}
	spelt = map[string][]string{
		"s":  {"seconds", "second", "secs", "sec", "s."},
		"ms": {"milliseconds", "millisecond", "millis", "msec"},
		"By": {"bytes", "byte", "b"},
		"1":  {"one", "count", "number"},
	}
)

// near reports whether a name was probably meant to be want, and is not.
func near(want, name string) bool {
	if name == want {
		return false
	}
	a, b := letters(want), letters(name)
	if a == b {
		return true
	}
	most := 2
	if min(len(a), len(b)) < 6 {
		most = 1
	}
	return min(len(a), len(b)) > 2 && slips(a, b) <= most
}

// letters leaves of a name what does not depend on its style.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ._-/:", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// slips counts the slips that make b of a: a letter left out, put in, replaced,
// or two of them swapped (the "optimal string alignment" distance).
func slips(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replaced := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, replaced)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
