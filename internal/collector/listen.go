package collector

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"otel.workshop/internal/collector/probe"
)

// listen opens both ports, or free ones in their places.
func (c *Collector) listen(opts Options) error {
	var (
		http, grpc       place
		httpErr, grpcErr error
		both             sync.WaitGroup
	)
	// At the same time, because asking who holds a port can take a moment.
	both.Go(func() { http, httpErr = listen(opts.HTTPAddr) })
	both.Go(func() { grpc, grpcErr = listen(opts.GRPCAddr) })
	both.Wait()
	if err := errors.Join(httpErr, grpcErr); err != nil {
		for _, p := range []place{http, grpc} {
			if p.Listener != nil {
				_ = p.Close() // the first error is the one to tell
			}
		}
		return err
	}
	c.httpListener, c.grpcListener = newDoor(http.Listener, maxHTTP), newDoor(grpc.Listener, maxGRPC)
	c.httpListener.greet, c.grpcListener.greet = c.greetHTTP, c.greetGRPC

	if http.why != nil && probe.IsWorkshop(context.Background(), opts.HTTPAddr) {
		for _, p := range []*place{&http, &grpc} {
			if errors.Is(p.why, errTaken) {
				p.why = errWorkshop
			}
		}
	}
	c.notices = notices(http, grpc)
	return nil
}

// notices tells which places are not the wanted ones, in one sentence when the
// reason is the same.
func notices(http, grpc place) []string {
	const instead = " instead; services that the workshop starts are told so"
	if http.why != nil && errors.Is(grpc.why, http.why) {
		return []string{fmt.Sprintf("ports %s and %s are %s, so telemetry is received on %s (HTTP) and %s (gRPC)%s", http.wanted, grpc.wanted,
			strings.TrimPrefix(http.why.Error(), "is "), http.Addr(), grpc.Addr(), instead)}
	}
	var list []string
	for _, p := range []struct {
		place
		what string
	}{{http, "traces and metrics are"}, {grpc, "OTLP over gRPC is"}} {
		if p.why != nil {
			list = append(list, fmt.Sprintf("port %s %v, so %s received on %s%s", p.wanted, p.why, p.what, p.Addr(), instead))
		}
	}
	return list
}

// A place is where a server listens, and why it is not where it was wanted.
type place struct {
	net.Listener
	wanted string // the port
	why    error  // reads on from "port 4318 …"; nil when it is the wanted one
}

var (
	errTaken    = errors.New("is taken")
	errWorkshop = errors.New("is held by another workshop")
)

// listen listens on a loopback address, on another port when the wanted one
// cannot be had.
func listen(addr string) (place, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return place{}, fmt.Errorf("read the address %q: %w", addr, err)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return place{}, fmt.Errorf("the port of the address %q is no number up to 65535", addr)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return place{}, fmt.Errorf("the address %q is open to other machines: use 127.0.0.1:%s", addr, port)
	}
	p := place{wanted: port}
	if port != "0" && answers(port) {
		p.why = errTaken
	} else if p.Listener, err = net.Listen("tcp", net.JoinHostPort(host, port)); err == nil {
		return p, nil
	} else if isTaken(err) {
		p.why = errTaken
	} else {
		p.why = fmt.Errorf("cannot be opened (%w)", err)
	}
	p.Listener, err = net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return place{}, fmt.Errorf("listen on %s, and on any free port in its place: %w", addr, err)
	}
	return p, nil
}

// answers reports whether a program listens on a port of this machine already.
// Listening alone does not tell: macOS and Windows let a program listen on
// 127.0.0.1 while another one holds the port on all addresses, and a program on
// [::1] takes what is sent to "localhost".
func answers(port string) bool {
	// A port that nobody holds refuses at once, except on Windows, which tries
	// for two seconds.
	const patience = 200 * time.Millisecond
	found := make(chan bool)
	hosts := []string{"127.0.0.1", "::1"}
	for _, host := range hosts {
		go func() {
			conn, err := net.DialTimeout("tcp", net.JoinHostPort(host, port), patience)
			if err == nil {
				_ = conn.Close()
			}
			found <- err == nil
		}()
	}
	taken := false
	for range hosts {
		taken = <-found || taken
	}
	return taken
}

// isTaken recognizes the error of a port that is in use.
func isTaken(err error) bool {
	const wsaeaddrinuse = syscall.Errno(10048) // what Windows calls EADDRINUSE
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, wsaeaddrinuse)
}
