// Package loopback tells whether a request means this machine and comes from
// it. What the workshop serves is for its own browser and its own services.
package loopback

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Local reports whether a request means this machine and comes from it. A page
// of a foreign site that makes the browser post here has a foreign Origin; one
// whose name has been pointed at 127.0.0.1 has a foreign Host.
func Local(req *http.Request) bool {
	if !isLocalHost(req.Host) {
		return false
	}
	for _, origin := range req.Header.Values("Origin") {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || !isLocalHost(u.Host) {
			return false
		}
	}
	return true
}

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
