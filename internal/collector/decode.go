package collector

import (
	"bytes"
	"encoding/json"
	"errors"

	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

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

// decode reads body into req, whose schema m is. What pdata's decoders would
// take to the process's harm is refused first.
func decode(body []byte, enc encoding, req export, m *message) error {
	if enc == protobuf {
		if err := checkWire(body, m); err != nil {
			return err
		}
		return req.UnmarshalProto(body)
	}
	// pdata takes any prefix that reads well. Valid also bounds the nesting.
	if !json.Valid(body) {
		return errors.New("not valid JSON")
	}
	// Empty objects are what grows most; braces in strings are too few to matter.
	if bytes.Count(body, []byte("{"))*spanMessage.size > maxDecoded {
		return errTooDense
	}
	return req.UnmarshalJSON(body)
}

func decodeTraces(body []byte, enc encoding) (ptraceotlp.ExportRequest, error) {
	req := ptraceotlp.NewExportRequest()
	return req, decode(body, enc, req, tracesMessage)
}

func decodeMetrics(body []byte, enc encoding) (pmetricotlp.ExportRequest, error) {
	req := pmetricotlp.NewExportRequest()
	return req, decode(body, enc, req, metricsMessage)
}

func decodeLogs(body []byte, enc encoding) (plogotlp.ExportRequest, error) {
	req := plogotlp.NewExportRequest()
	return req, decode(body, enc, req, logsMessage)
}
