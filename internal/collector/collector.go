// Package collector receives OpenTelemetry data from any program of this
// machine: OTLP over HTTP (protobuf and JSON) and over gRPC, plain or gzip. It
// keeps the newest traces and the latest metrics in bounded memory, for the
// terminal and the page to draw.
//
// It trusts no sender. It listens on loopback alone, refuses what a foreign
// page makes a browser send, and knows what a request will cost before it
// decodes it. Nothing that is sent ends the process, or makes it take more
// memory than [Ceiling], or keeps out for long who sends what is usual.
package collector

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"otel.workshop/internal/loopback"
)

// Options say where a collector listens and how much it keeps. The zero value
// is what OpenTelemetry's exporters expect.
type Options struct {
	HTTPAddr string // a loopback address; default "127.0.0.1:4318". Port 0 takes any free port
	GRPCAddr string // default "127.0.0.1:4317"
	Limits   Limits

	Forward Forwarder // gets all that is accepted; may be nil

	Outside loopback.Outside // under which names a browser elsewhere may send
}

// A Collector receives telemetry until it is closed.
type Collector struct {
	store   *Store
	notices []string

	httpListener, grpcListener *door
	http, grpc                 *http.Server
	receiver                   *receiver
	serving                    sync.WaitGroup
}

// Start listens and serves. A port that another program holds is no error: a
// free one takes its place, and [Collector.Notices] tells.
func Start(opts Options) (*Collector, error) {
	if opts.HTTPAddr == "" {
		opts.HTTPAddr = "127.0.0.1:4318"
	}
	if opts.GRPCAddr == "" {
		opts.GRPCAddr = "127.0.0.1:4317"
	}
	c := &Collector{store: NewStore(opts.Limits)}
	if err := c.listen(opts); err != nil {
		return nil, fmt.Errorf("start the collector: %w", err)
	}
	c.receiver = newReceiver(c.store)
	c.receiver.forward = opts.Forward
	c.receiver.entrance = opts.Outside.Port(c.httpListener.Addr())
	c.http = newServer(c.receiver)
	c.grpc = newServer(grpcHandler{c.receiver, c.HTTPAddr()})
	c.grpc.Protocols.SetUnencryptedHTTP2(true)
	// What a connection may have sent without our having read it.
	c.grpc.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: 16, MaxReadFrameSize: 16 << 10,
		MaxReceiveBufferPerConnection: 128 << 10, MaxReceiveBufferPerStream: 128 << 10}
	// Both return when Close closes them, and have nothing to tell then.
	c.serving.Go(func() { _ = c.http.Serve(c.httpListener) })
	c.serving.Go(func() { _ = c.grpc.Serve(c.grpcListener) })
	return c, nil
}

func newServer(h http.Handler) *http.Server {
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       smallTime,
		WriteTimeout:      time.Minute,
		IdleTimeout:       5 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // what senders do wrong is in Stats, not on the learner's screen
		Protocols:         new(http.Protocols),
		ConnContext:       withVisitor,
	}
	s.Protocols.SetHTTP1(true)
	return s
}

// Store returns what was received. It stays readable after Close.
func (c *Collector) Store() *Store { return c.store }

// HTTPAddr returns the host and port that really receive OTLP over HTTP.
func (c *Collector) HTTPAddr() string { return c.httpListener.Addr().String() }

// GRPCAddr returns the host and port that really receive OTLP over gRPC.
func (c *Collector) GRPCAddr() string { return c.grpcListener.Addr().String() }

// Notices returns what a person should know about the start, in sentences:
// nothing, when both ports are the wanted ones.
func (c *Collector) Notices() []string { return append([]string(nil), c.notices...) }

// grace is how long Close waits for senders. Connections that were opened and
// never used would otherwise hold it for five seconds.
const grace = time.Second

// Close stops receiving. Requests that are being answered get a second, less
// when ctx is done before; a connection to the gRPC port that has not said
// anything yet may take another one to end. Afterwards the ports are free and
// nothing runs any more. It may be called more than once.
func (c *Collector) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	var errs [2]error
	var stopping sync.WaitGroup
	for i, server := range []*http.Server{c.http, c.grpc} {
		stopping.Go(func() {
			if server.Shutdown(ctx) != nil {
				errs[i] = server.Close() // those that are left are cut off
			}
		})
	}
	stopping.Wait()
	c.serving.Wait()
	c.receiver.tidy.stop()
	for _, err := range errs {
		if err != nil && !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("close the collector: %w", err)
		}
	}
	return nil
}
