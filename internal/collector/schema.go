package collector

import (
	"sync"

	"google.golang.org/protobuf/reflect/protoreflect"

	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracespb "go.opentelemetry.io/proto/otlp/trace/v1"
)

// A message is as much of one of OTLP's messages as it takes to say what it
// costs before it is decoded: which fields hold what, and what pdata makes of
// one value of theirs. It is read from OTLP's own descriptors, so that no table
// has to be kept.
type message struct {
	numbers []*field          // by number, for protobuf; nil where there is none
	names   map[string]*field // for JSON, which may write traceId or trace_id
}

// A field of a message.
type field struct {
	name    string
	list    bool
	kind    protoreflect.Kind
	enum    protoreflect.EnumDescriptor // nil where the field is none
	id      int                         // bytes of an id, which JSON writes in hexadecimal
	message *message                    // nil where the field holds no messages
	cost    int                         // bytes of memory that each value takes when it is decoded
	packed  int                         // and each byte of a list without tags: a small number may be one
}

// The requests of the three signals. A request has the same one field as the
// file format that we have descriptors of.
var (
	tracesMessage  = sync.OnceValue(func() *message { return schema{}.message((&tracespb.TracesData{}).ProtoReflect().Descriptor()) })
	metricsMessage = sync.OnceValue(func() *message { return schema{}.message((&metricspb.MetricsData{}).ProtoReflect().Descriptor()) })
	logsMessage    = sync.OnceValue(func() *message { return schema{}.message((&logspb.LogsData{}).ProtoReflect().Descriptor()) })
)

// A schema holds the messages that are known already: values hold values.
type schema map[protoreflect.FullName]*message

func (s schema) message(d protoreflect.MessageDescriptor) *message {
	if m := s[d.FullName()]; m != nil {
		return m
	}
	m := &message{names: make(map[string]*field)}
	s[d.FullName()] = m
	for i := range d.Fields().Len() {
		fd := d.Fields().Get(i)
		f := &field{name: fd.JSONName(), list: fd.IsList(), kind: fd.Kind(), enum: fd.Enum(), cost: costOf(fd)}
		switch fd.JSONName() {
		case "traceId":
			f.id = 16
		case "spanId", "parentSpanId":
			f.id = 8
		}
		if fd.Message() != nil {
			f.message = s.message(fd.Message())
		} else if f.packed = f.cost; f.kind == protoreflect.Fixed64Kind || f.kind == protoreflect.DoubleKind {
			f.packed /= 8
		}
		m.add(f, fd.Number(), fd.JSONName(), string(fd.Name()))
		if isRenamed(fd) {
			m.add(f, 1000, "deprecatedS"+fd.JSONName()[1:], "deprecated_"+string(fd.Name()))
		}
	}
	return m
}

func (m *message) add(f *field, number protoreflect.FieldNumber, names ...string) {
	for len(m.numbers) <= int(number) {
		m.numbers = append(m.numbers, nil)
	}
	m.numbers[number] = f
	for _, name := range names {
		m.names[name] = f
	}
}

// costOf is what one more value of a field costs. What is part of the struct
// around it costs nothing by itself.
func costOf(fd protoreflect.FieldDescriptor) int {
	// A list that grows holds, for a moment, what it has and a larger copy.
	const growing = 2
	const pointer = 8
	switch {
	case fd.Message() == nil && fd.IsList():
		return growing * sizeOf(fd)
	case fd.Message() == nil:
		return 0
	case !fd.IsList() && fd.ContainingOneof() != nil:
		return 2*pointer + structSize(fd.Message()) + boxes(fd.Message())
	case !fd.IsList():
		return 0
	}
	size := structSize(fd.Message()) + boxes(fd.Message())
	switch fd.Message().Name() {
	case "KeyValue", "AnyValue", "Exemplar": // these are in the list, not pointed to
		return size + (growing-1)*structSize(fd.Message())
	case "Span":
		size += spanEntry
	case "NumberDataPoint", "HistogramDataPoint", "ExponentialHistogramDataPoint", "SummaryDataPoint":
		size += pointEntry
	}
	return (size+15)&^15 + growing*pointer // allocations are rounded
}

// What a store adds to every span and point while it takes them in.
const (
	spanEntry  = 32
	pointEntry = 320
)

// structSize is the size of pdata's struct for a message, or a little more.
func structSize(d protoreflect.MessageDescriptor) int {
	size := 0
	for i := range d.Oneofs().Len() {
		if d.Oneofs().Get(i).IsSynthetic() {
			size += 8 // which of the optional fields are set
		} else {
			size += 16 // an interface
		}
	}
	for i := range d.Fields().Len() {
		fd := d.Fields().Get(i)
		switch {
		case isBoxed(fd):
		case fd.IsList():
			size += 24
			if isRenamed(fd) {
				size += 24 // pdata keeps a list under the older name
			}
		default:
			size += sizeOf(fd)
		}
	}
	return (size + 7) &^ 7
}

// isRenamed tells whether pdata reads a field under the name that it had in an
// older OTLP, too.
func isRenamed(fd protoreflect.FieldDescriptor) bool {
	switch fd.JSONName() {
	case "scopeSpans", "scopeMetrics", "scopeLogs":
		return true
	}
	return false
}

// boxes is what the interfaces in a struct point to, when that is no message.
func boxes(d protoreflect.MessageDescriptor) int {
	size := 0
	for i := range d.Fields().Len() {
		switch fd := d.Fields().Get(i); {
		case isBoxed(fd):
			size = 24 // bytes; of all of them there is one
		case fd.Message() != nil && !fd.IsList():
			size += boxes(fd.Message())
		}
	}
	return size
}

// isBoxed tells whether a field is one of several of which one is set.
func isBoxed(fd protoreflect.FieldDescriptor) bool {
	return fd.ContainingOneof() != nil && !fd.ContainingOneof().IsSynthetic()
}

// sizeOf is the size of one value of a field, within a struct or a list.
func sizeOf(fd protoreflect.FieldDescriptor) int {
	switch fd.Kind() {
	case protoreflect.MessageKind:
		return structSize(fd.Message())
	case protoreflect.StringKind, protoreflect.BytesKind: // ids are [16]byte or [8]byte
		return 16
	case protoreflect.BoolKind, protoreflect.EnumKind, protoreflect.Int32Kind, protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return 4
	}
	return 8
}
