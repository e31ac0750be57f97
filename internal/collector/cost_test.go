package collector

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// newExport makes a request of pdata's for a signal.
func newExport(sig signal) export {
	switch sig.name {
	case "traces":
		return ptraceotlp.NewExportRequest()
	case "metrics":
		return pmetricotlp.NewExportRequest()
	}
	return plogotlp.NewExportRequest()
}

// A way leads from a request to one of its lists.
type way []step

type step struct {
	number int
	*field
}

// lists returns the shortest way to each list of a message.
func lists(m *message) []way {
	var all []way
	seen := map[*message]bool{m: true}
	for next := []way{nil}; len(next) > 0; {
		var after []way
		for _, w := range next {
			at := m
			if len(w) > 0 {
				at = w[len(w)-1].message
			}
			for number, f := range at.numbers {
				if f == nil {
					continue
				}
				longer := append(slices.Clip(w), step{number, f})
				if f.list {
					all = append(all, longer)
				}
				if f.message != nil && !seen[f.message] {
					seen[f.message] = true
					after = append(after, longer)
				}
			}
		}
		next = after
	}
	return all
}

// wide writes n values of as little as there is to the end of a way.
func (w way) wide(n int) (wire []byte, text string) {
	last := w[len(w)-1]
	if last.message == nil && last.kind != protoreflect.StringKind {
		wire = within(make([]byte, n*last.cost/last.packed), protoNumber(last.number)) // zeros are numbers of any width
		text = strings.Repeat("1,", n)
	} else {
		wire = bytes.Repeat(within(nil, protoNumber(last.number)), n)
		text = strings.Repeat("null,", n)
	}
	text = `{"` + last.name + `":[` + text[:len(text)-1] + `]}`
	for i := len(w) - 2; i >= 0; i-- {
		wire = within(wire, protoNumber(w[i].number))
		if w[i].list {
			text = "[" + text + "]"
		}
		text = `{"` + w[i].name + `":` + text + `}`
	}
	return wire, text
}

// live measures what f leaves in memory.
func live(f func() any) int {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	kept := f()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(kept)
	return int(after.HeapAlloc) - int(before.HeapAlloc)
}

// Whatever a request holds many of, its cost should be known before it is
// decoded: in every list of every message, and in both encodings.
func TestCostIsKnownBeforehand(t *testing.T) {
	const n = 20_000
	for _, sig := range signals {
		for _, w := range lists(sig.message()) {
			var names []string
			for _, s := range w {
				names = append(names, s.name)
			}
			t.Run(sig.name+"/"+strings.Join(names, "."), func(t *testing.T) {
				wire, text := w.wide(n)
				for enc, body := range map[encoding][]byte{protobuf: wire, otlpJSON: []byte(text)} {
					cost, err := sig.costOf(body, enc)
					require.NoError(t, err)
					got := live(func() any {
						req := newExport(sig)
						if enc == protobuf {
							err = req.UnmarshalProto(body)
						} else {
							err = req.UnmarshalJSON(body)
						}
						return req
					})
					require.NoError(t, err)
					require.Less(t, got, cost+64<<10, "%v: %d bytes each, %d expected", enc, got/n, cost/n)
					require.Greater(t, got, cost/8, "%v: an estimate that is far too high would refuse what is honest", enc)
				}
			})
		}
	}
}

// What grows by more than a request may take should be refused, in every list.
func TestTooWideIsRefused(t *testing.T) {
	seen := make(map[int]bool) // by what an element costs
	for _, sig := range signals {
		for _, w := range lists(sig.message()) {
			cost := w[len(w)-1].cost
			if seen[cost] || cost < 100 {
				continue // what is long takes long to look at
			}
			seen[cost] = true
			name := fmt.Sprintf("%s %s", sig.name, w[len(w)-1].name)
			wire, text := w.wide(min(maxDecoded/max(cost, 1)+1, 16<<20))
			if len(wire) <= maxBody {
				_, err := wireCost(wire, sig.message())
				require.ErrorIs(t, err, errTooDense, name)
			}
			_, err := textCost([]byte(text), sig.message())
			require.ErrorIs(t, err, errTooDense, name)
		}
	}
}
