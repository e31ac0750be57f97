// Package probe is the small protocol with which a check of a learner's code
// learns whether that code's telemetry arrived, although the collector that
// received it belongs to another process.
//
// The check lets the code send telemetry whose resource carries a nonce, in
// [Attribute]. A receiver that speaks the protocol keeps such telemetry apart
// (it is not shown to anybody), notes in a [Book] which signals arrived under
// which nonce, and serves the book over HTTP:
//
//	GET /workshop/                {"workshop":"otel.workshop","book":"NDU3…"}
//	GET /workshop/probe/{nonce}   {"traces":true,"metrics":false}
//
// The package is a leaf on purpose: every check binary links it, and linking
// is a good part of the time between saving a file and seeing the verdict.
package probe

// Attribute is the resource attribute that marks telemetry as a probe. Its
// value is the nonce.
const Attribute = "workshop.probe"

// Where the protocol is served, and who is there.
const (
	Path     = "/workshop/"       // answers an identity
	SeenPath = "/workshop/probe/" // followed by a nonce: answers Signals
	Name     = "otel.workshop"    // the value of "workshop" in the identity
)

// A Signal is a kind of telemetry, which is also the path that it arrives by.
type Signal string

// The signals that are noted.
const (
	Traces  Signal = "traces"
	Metrics Signal = "metrics"
)

// Signals tells which signals arrived under one nonce.
type Signals struct {
	Traces  bool `json:"traces"`
	Metrics bool `json:"metrics"`
}

// identity is what a workshop's receiver answers at Path.
type identity struct {
	Workshop string `json:"workshop"`
	Book     string `json:"book,omitempty"` // which Book it is, of all that there have been
}
