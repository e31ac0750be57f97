package forward

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
)

// explain says in a clause why there was no answer.
func (b *backend) explain(err error) string {
	var (
		outer   *url.Error
		lookup  *net.DNSError
		unknown x509.UnknownAuthorityError
		plain   tls.RecordHeaderError
		timeout net.Error
	)
	if errors.As(err, &outer) {
		err = outer.Err // without the URL, which everybody knows
	}
	const wsaeconnrefused = syscall.Errno(10061) // what Windows calls ECONNREFUSED
	switch {
	case strings.Contains(err.Error(), "proxyconnect"):
		return clip(oneLine("the proxy that the environment names does not answer: " + err.Error()))
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return "no host is known as " + b.endpoint.Hostname()
	case errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, wsaeconnrefused):
		return "nothing listens there"
	case errors.As(err, &plain) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "it does not speak https: try http"
	case errors.As(err, &unknown):
		return "its certificate is signed by nobody whom this machine trusts"
	case strings.Contains(err.Error(), "malformed HTTP"):
		return "it does not speak HTTP: gRPC's port is 4317 as a rule, and HTTP's 4318"
	case errors.Is(err, context.Canceled):
		return "the workshop ended before it answered"
	case errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("it did not answer within %v", b.timeout)
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET):
		return "it broke the connection off without an answer"
	}
	return clip(oneLine(err.Error()))
}
