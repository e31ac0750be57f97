package shop

import (
	"cmp"
	"fmt"
	"net"
	"strconv"
	"time"
)

// PortIsFree reports whether nobody listens on a TCP port of this machine, and
// a program of ours could. It takes a moment on Windows.
func PortIsFree(port int) bool {
	return free(net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
}

// free reports whether a service could listen on addr. Listening alone does
// not tell: macOS and Windows let a program listen on 127.0.0.1 while another
// one holds the port on all addresses, and "localhost" may mean [::1].
func free(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	for _, host := range []string{"127.0.0.1", "::1"} {
		// A free port refuses at once, except on Windows, which tries for two
		// seconds.
		conn, err := net.DialTimeout("tcp", net.JoinHostPort(host, port), 200*time.Millisecond)
		if err == nil {
			_ = conn.Close()
			return false
		}
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return false
	}
	_ = ln.Close()
	return true
}

// chooseAddr returns where the service will listen: where it last did, or
// where it is wanted, or on one of the ports after that, or on any. The notice
// says when it is not the wanted one.
func (s *Shop) chooseAddr() (addr, notice string, err error) {
	host, port, err := net.SplitHostPort(s.o.Addr)
	if err != nil {
		return "", "", fmt.Errorf("read the address %q: %w: give host and port, such as %s", s.o.Addr, err, DefaultAddr)
	}
	host = cmp.Or(host, "127.0.0.1")
	wanted := net.JoinHostPort(host, port)
	s.mu.Lock()
	last := s.addr
	s.mu.Unlock()

	switch {
	case last != "" && free(last):
		addr = last
	case port == "0":
		addr, err = anyAddr(host)
	default:
		addr, err = freeFrom(host, port)
	}
	if err != nil {
		return "", "", fmt.Errorf("find a free port for the service: %w", err)
	}
	if addr != wanted && port != "0" {
		notice = fmt.Sprintf("port %s was taken, so the service listens on http://%s instead", port, addr)
	}
	return addr, notice, nil
}

// freeFrom returns the wanted port of host, or the first free one of those
// after it, or any.
func freeFrom(host, wanted string) (string, error) {
	first, err := strconv.ParseUint(wanted, 10, 16)
	if err != nil {
		return "", fmt.Errorf("%q is no port: it is a number up to 65535", wanted)
	}
	for port := first; port < min(first+20, 1<<16); port++ {
		if addr := net.JoinHostPort(host, strconv.FormatUint(port, 10)); free(addr) {
			return addr, nil
		}
	}
	return anyAddr(host)
}

// anyAddr returns a port of host that is free now.
func anyAddr(host string) (string, error) {
	ln, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return "", err
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String(), nil
}
