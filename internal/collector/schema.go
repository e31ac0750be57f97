package collector

// A message is as much of an OTLP message's schema as checkWire has to know:
// which fields hold messages, and what a decoded one costs.
type message struct {
	size    int        // bytes that it takes when decoded, with the pointer to it
	perByte int        // and for each byte on the wire: packed varints grow
	fields  []*message // by field number; nil where the field is no message
}

// The messages of opentelemetry/proto v1, with their field numbers. Sizes are
// those of pdata's structs, rounded up.
var (
	tracesMessage  = &message{fields: []*message{1: resourceSpans}}
	metricsMessage = &message{fields: []*message{1: resourceMetrics}}
	logsMessage    = &message{fields: []*message{1: resourceLogs}}

	resourceSpans = &message{size: 160, fields: []*message{1: resourceMessage, 2: scopeSpans}}
	scopeSpans    = &message{size: 160, fields: []*message{1: scopeMessage, 2: spanMessage}}
	spanMessage   = &message{size: 256, fields: []*message{9: keyValue, 11: eventMessage, 13: linkMessage}}
	eventMessage  = &message{size: 96, fields: []*message{3: keyValue}}
	linkMessage   = &message{size: 128, fields: []*message{4: keyValue}}

	resourceMetrics = &message{size: 160, fields: []*message{1: resourceMessage, 2: scopeMetrics}}
	scopeMetrics    = &message{size: 160, fields: []*message{1: scopeMessage, 2: metricMessage}}
	metricMessage   = &message{size: 192, fields: []*message{5: numberData, 7: numberData,
		9: histogramData, 10: exponentialData, 11: summaryData, 12: keyValue}}
	numberData       = &message{size: 64, fields: []*message{1: numberPoint}}
	histogramData    = &message{size: 64, fields: []*message{1: histogramPoint}}
	exponentialData  = &message{size: 64, fields: []*message{1: exponentialPoint}}
	summaryData      = &message{size: 64, fields: []*message{1: summaryPoint}}
	numberPoint      = &message{size: 128, fields: []*message{5: exemplar, 7: keyValue}}
	histogramPoint   = &message{size: 224, fields: []*message{8: exemplar, 9: keyValue}}
	exponentialPoint = &message{size: 288, fields: []*message{1: keyValue, 8: buckets, 9: buckets, 11: exemplar}}
	summaryPoint     = &message{size: 128, fields: []*message{6: quantile, 7: keyValue}}
	buckets          = &message{size: 32, fields: []*message{2: {perByte: 8}}}
	quantile         = &message{size: 32}
	exemplar         = &message{size: 128, fields: []*message{7: keyValue}}

	resourceLogs = &message{size: 160, fields: []*message{1: resourceMessage, 2: scopeLogs}}
	scopeLogs    = &message{size: 160, fields: []*message{1: scopeMessage, 2: logRecord}}
	logRecord    = &message{size: 256, fields: []*message{5: anyValue, 6: keyValue}}

	resourceMessage = &message{size: 64, fields: []*message{1: keyValue, 3: entityRef}}
	scopeMessage    = &message{size: 64, fields: []*message{3: keyValue}}
	entityRef       = &message{size: 96, fields: []*message{3: {size: 16}, 4: {size: 16}}}
	keyValue        = &message{size: 40, fields: []*message{2: anyValue}}
	anyValue        = &message{size: 32} // holds itself: see init
)

func init() {
	anyValue.fields = []*message{
		5: {size: 32, fields: []*message{1: anyValue}}, // ArrayValue
		6: {size: 32, fields: []*message{1: keyValue}}, // KeyValueList
	}
}
