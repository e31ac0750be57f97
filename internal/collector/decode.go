package collector

import (
	"fmt"
	"net/http"

	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc/codes"
)

const (
	maxBody    = 16 << 20  // bytes of one request, before and after decompression
	maxDecoded = 128 << 20 // bytes that one request may grow to when it is decoded
	maxNesting = 100       // messages within messages: protobuf's own usual limit
)

// errTooDense refuses a body that is small on the wire and large in memory.
var errTooDense = &refusal{http: http.StatusRequestEntityTooLarge, grpc: codes.ResourceExhausted,
	message: fmt.Sprintf("the request would take more than %d MiB of memory when decoded: send fewer items at a time", maxDecoded>>20)}

// An encoding is how a body is written.
type encoding int

const (
	protobuf encoding = iota
	otlpJSON
)

// An export is one of pdata's three requests.
type export interface {
	UnmarshalProto([]byte) error
	UnmarshalJSON([]byte) error
}

// costOf returns what decoding a body takes, in bytes of memory, found without
// decoding it. What pdata's decoders would take to the process's harm is
// refused; nothing may be given to them that has not come through here.
func (sig signal) costOf(body []byte, enc encoding) (int, error) {
	if enc == protobuf {
		return wireCost(body, sig.message())
	}
	return textCost(body, sig.message())
}

// decode reads a body whose cost has been looked at.
func decode[E export](req E, body []byte, enc encoding) (E, error) {
	if enc == protobuf {
		return req, req.UnmarshalProto(body)
	}
	return req, req.UnmarshalJSON(body)
}

func decodeTraces(body []byte, enc encoding) (ptraceotlp.ExportRequest, error) {
	return decode(ptraceotlp.NewExportRequest(), body, enc)
}

func decodeMetrics(body []byte, enc encoding) (pmetricotlp.ExportRequest, error) {
	return decode(pmetricotlp.NewExportRequest(), body, enc)
}

func decodeLogs(body []byte, enc encoding) (plogotlp.ExportRequest, error) {
	return decode(plogotlp.NewExportRequest(), body, enc)
}
