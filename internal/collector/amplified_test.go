package collector

import (
	"bytes"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
)

// allocated measures what f allocates, kept or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// What a request says once should not be multiplied by what it says often.
func TestOneLongNameOfManyPoints(t *testing.T) {
	named := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), strings.Repeat("n", 1<<20))
	points := within(bytes.Repeat([]byte{0x0a, 0}, 2000), 5) // of a gauge
	body := within(append(named, points...), 2, 2, 1)
	c := start(t, Limits{})
	require.Less(t, allocated(func() {
		code, answer, _ := post(t, c, "/v1/metrics", pb, body)
		require.Equal(t, 200, code, answer)
	}), uint64(64<<20))
	require.Equal(t, 2000, c.Store().Stats().DroppedPoints)
	require.Zero(t, c.Store().Stats().Streams)
}

// The time that attributes take should grow as their number does.
func TestManyAttributesOfOnePoint(t *testing.T) {
	var point []byte
	for i := range 200_000 {
		name := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), strconv.Itoa(i))
		point = append(point, within(name, 7)...)
	}
	body := within(point, 1, 5, 2, 2, 1)
	c := start(t, Limits{})
	begin := time.Now()
	code, answer, _ := post(t, c, "/v1/metrics", pb, body)
	require.Equal(t, 200, code, answer)
	require.Less(t, time.Since(begin), 5*time.Second)
}

// An answer should not repeat what a sender has written at length.
func TestRejectionIsShort(t *testing.T) {
	span := protowire.AppendString(protowire.AppendTag(nil, 5, protowire.BytesType), strings.Repeat("\x01", 1<<20))
	c := start(t, Limits{})
	code, answer, _ := post(t, c, "/v1/traces", pb, within(span, 2, 2, 1))
	require.Equal(t, 200, code)
	require.Less(t, len(answer), 1000)
	require.Contains(t, answer, "has no trace id")
}

// escaped are bytes of which JSON makes six each.
var escaped = strings.Repeat("\x01", 4<<20)

// inList is an attribute's value: a list of one string.
func inList(text string) []byte {
	return within([]byte(text), 1, 1, 5, 2)
}

// What is printed of attributes should not be many times what was sent.
func TestLongListsAreNamedOnly(t *testing.T) {
	attr := func(key string, number protowire.Number) []byte {
		named := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), key)
		return within(append(named, inList(escaped)...), number)
	}
	span := slices.Concat(
		protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), bytes.Repeat([]byte{1}, 16)),
		protowire.AppendBytes(protowire.AppendTag(nil, 2, protowire.BytesType), bytes.Repeat([]byte{1}, 8)))
	point := within(attr("k", 7), 1, 5)
	for path, body := range map[string][]byte{
		"/v1/traces":  within(slices.Concat(within(attr("service.name", 1), 1), within(span, 2, 2)), 1),
		"/v1/metrics": within(slices.Concat(within(attr("service.name", 1), 1), within(within(point, 2), 2)), 1),
	} {
		c := start(t, Limits{})
		require.Less(t, allocated(func() {
			code, answer, _ := post(t, c, path, pb, body)
			require.Equal(t, 200, code, answer)
			for _, tr := range c.Store().Traces() {
				require.Contains(t, c.Store().Trace(tr.ID)[0].Service, "(a list of 4096 KiB)")
			}
			c.Store().Metrics()
		}), uint64(64<<20), path)
	}
}

// A resource should be converted once, however many spans it has.
func TestOneLargeResourceOfManySpans(t *testing.T) {
	td := someSpans("shop", 1, 1, 2000)
	attrs := td.ResourceSpans().At(0).Resource().Attributes()
	for i := range 5000 {
		attrs.PutStr(strconv.Itoa(i), "v")
	}
	s := NewStore(Limits{})
	s.addTraces(td)
	id := s.Traces()[0].ID
	require.Less(t, allocated(func() {
		require.Equal(t, 2000, len(s.Trace(id)))
	}), uint64(16<<20))
}
