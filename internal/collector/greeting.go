package collector

import (
	"bytes"
	"fmt"
	"net"
)

// What a sender says first tells whether it has come to the right door.
var (
	http2Greets = []byte("PRI * HTTP/2")
	tlsGreets   = []byte{0x16, 0x03} // a handshake, of any version
)

// Where telemetry goes, by the way in which it is sent.
const (
	useHTTP  = "OTLP over HTTP (otlptracehttp, otlpmetrichttp) goes to port %s, OTLP over gRPC (otlptracegrpc, otlpmetricgrpc) to port %s"
	useNoTLS = "the workshop's collector has no certificate: give the exporter an http:// address, or the option WithInsecure"
)

// ports names both, for a message.
func (c *Collector) ports() string {
	_, http, _ := net.SplitHostPort(c.HTTPAddr())
	_, grpc, _ := net.SplitHostPort(c.GRPCAddr())
	return fmt.Sprintf(useHTTP, http, grpc)
}

// greetHTTP hears what is said first at the HTTP port.
func (c *Collector) greetHTTP(first []byte) {
	switch {
	case bytes.HasPrefix(first, tlsGreets):
		c.store.told("TLS to "+c.HTTPAddr(), useNoTLS)
	case bytes.HasPrefix(first, http2Greets):
		c.store.told("gRPC to "+c.HTTPAddr(), "OTLP over HTTP is received there: "+c.ports())
	}
}

// greetGRPC hears what is said first at the gRPC port. Whoever asks there in
// HTTP gets an answer that says so.
func (c *Collector) greetGRPC(first []byte) {
	if bytes.HasPrefix(first, tlsGreets) {
		c.store.told("TLS to "+c.GRPCAddr(), useNoTLS)
	}
}

// told counts what was refused before it was a request, and keeps why.
func (s *Store) told(what, why string) { s.refused(what, &refusal{message: why}) }
