// Package loopback tells whether a request means this machine and comes from
// it. What the workshop serves is for its own browser and its own services.
package loopback

import (
	"net"
	"net/url"
	"strings"
)

// isLocalHost accepts localhost, 127.0.0.1 and [::1], with or without a port.
func isLocalHost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
		if inner, ok := strings.CutPrefix(host, "["); ok {
			host = strings.TrimSuffix(inner, "]")
		}
	}
	return strings.EqualFold(host, "localhost") || host == "127.0.0.1" || host == "::1"
}

// isLocalOrigin recognizes a page that this machine serves, on any port.
func isLocalOrigin(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && isLocalHost(u.Host)
}
