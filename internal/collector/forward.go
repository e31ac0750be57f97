package collector

import (
	"bytes"
	"net/http"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protowire"

	"otel.workshop/internal/collector/probe"
)

// A Forwarder sends on what a collector has accepted. It must not wait for
// anything: whoever sends to the collector would wait with it.
type Forwarder interface {
	// Relay takes a request of "traces", "metrics" or "logs", and the headers that
	// it came with. The body is protobuf, and the forwarder's from then on; the
	// headers are not.
	Relay(signal string, body []byte, came http.Header)

	// Sent reports whether a request with these headers is one that the forwarder
	// has sent, and that has come back.
	Sent(came http.Header) bool
}

// errLoop refuses what the forwarder has sent.
var errLoop = &refusal{http: http.StatusLoopDetected, grpc: codes.FailedPrecondition,
	message: "this workshop has forwarded this itself, and where it forwards to has sent it back: let one of the two forward elsewhere"}

// An acceptance is what has become of a request that was accepted.
type acceptance struct {
	answer  []byte
	request interface{ MarshalProto() ([]byte, error) } // nil when nothing of it was taken

	resources int
	resource  func(place int) pcommon.Resource
}

// relay offers a request to the forwarder, but for probes: they are nobody
// else's business. Body is not kept.
func (r *receiver) relay(sig signal, enc encoding, body []byte, a acceptance, came http.Header) {
	if r.forward == nil || a.request == nil {
		return
	}
	if enc == otlpJSON {
		var err error
		if body, err = a.request.MarshalProto(); err != nil {
			return // what was decoded can be encoded
		}
	} else {
		body = bytes.Clone(body)
	}
	if probes := a.probes(); len(probes) > 0 {
		body = without(body, probes)
	}
	if len(body) > 0 {
		r.forward.Relay(sig.name, body, came)
	}
}

// probes returns the places of those resources that are probes'.
func (a acceptance) probes() (places []int) {
	for i := range a.resources {
		if _, probed := a.resource(i).Attributes().Get(probe.Attribute); probed {
			places = append(places, i)
		}
	}
	return places
}

// without takes the resources in those places, which rise, out of a request, and
// returns what is left, in the same memory. In all three signals, field 1 is
// what belongs to one resource.
func without(body []byte, places []int) []byte {
	left := body[:0]
	for n := 0; len(body) > 0; {
		num, typ, tag := protowire.ConsumeTag(body)
		size := tag + protowire.ConsumeFieldValue(num, typ, body[max(tag, 0):])
		if tag < 0 || size < tag {
			return nil // it was decoded: this cannot be
		}
		keep := true
		if num == 1 && typ == protowire.BytesType {
			_, out := slices.BinarySearch(places, n)
			keep = !out
			n++
		}
		if keep {
			left = append(left, body[:size]...)
		}
		body = body[size:]
	}
	return left
}
