package member

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"otel.workshop/internal/regular"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/workspace"
)

// A Receipt is what a room has last taken, for whoever wants to see it: the very
// content of the requests, and how many there were.
type Receipt struct {
	At       time.Time       `json:"at"`
	To       string          `json:"to"` // as [wire.Address.Shown] has it
	Requests int             `json:"requests"`
	Spans    int             `json:"spans"`
	Dropped  int             `json:"dropped"`
	Traces   json.RawMessage `json:"traces,omitempty"` // OTLP/JSON, of the latest request with spans
	Metrics  json.RawMessage `json:"metrics,omitempty"`
}

const receiptFile = "room-sent.json"

// Sent returns the latest receipt of this checkout, nil when there is none.
func Sent(w workspace.Workspace) (*Receipt, error) {
	data, err := regular.ReadFile(w.StateFile(receiptFile), 4*wire.MaxBody)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var r Receipt
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil {
		return nil, fmt.Errorf("read what was sent: %w", err)
	}
	return &r, nil
}

// A copier keeps what was taken of a workshop's requests.
type copier struct {
	requests, spans int
	traces, metrics []byte // compressed
	fresh           bool   // there is something that no receipt shows yet
}

// took notes that a request was taken. Of metrics that come by themselves there
// is a receipt only at first: they say little that is new.
func (c *copier) took(spans int, body []byte) {
	c.requests++
	c.spans += spans
	c.fresh = c.fresh || spans > 0 || c.metrics == nil
	if spans > 0 {
		c.traces = body
	} else {
		c.metrics = body
	}
}

// receipt writes one, when there is news. It is for people to look at: that it
// could not be written is no trouble.
func (m *Member) receipt() {
	c := &m.telemetry.copies
	if !c.fresh || !m.holds() {
		return
	}
	c.fresh = false
	_, dropped := m.telemetry.backlog.waiting()
	r := Receipt{At: m.now().UTC(), To: m.card.Address.Shown(), Requests: c.requests, Spans: c.spans, Dropped: dropped}
	if traces := ptraceotlp.NewExportRequest(); c.traces != nil && traces.UnmarshalProto(unzipped(c.traces)) == nil {
		r.Traces, _ = traces.MarshalJSON()
	}
	if metrics := pmetricotlp.NewExportRequest(); c.metrics != nil && metrics.UnmarshalProto(unzipped(c.metrics)) == nil {
		r.Metrics, _ = metrics.MarshalJSON()
	}
	if data, err := json.Marshal(r); err == nil {
		_ = m.desk.Session().Workspace.SaveState(receiptFile, append(data, '\n'), 0o600)
	}
}

// unzipped returns what was compressed, by ourselves.
func unzipped(data []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	plain, _ := io.ReadAll(z) // a bytes.Reader does not fail
	return plain
}
