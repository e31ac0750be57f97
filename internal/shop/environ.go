package shop

import (
	"net"
	"net/url"
	"strings"

	"otel.workshop/internal/stray"
)

// environment returns what the service sees: ours, without what is ignored,
// and with what it must know. Of a name that stands there twice the last one
// counts, as it does for package os/exec.
func environment(ours []string, addr, collector string, more ...string) []string {
	var env []string
	for _, kv := range ours {
		name, _, _ := strings.Cut(kv, "=")
		if !stray.Variable(name) {
			env = append(env, kv)
		}
	}
	env = append(env, more...)
	env = append(env, "ADDR="+addr)
	if !isDefault(collector) {
		env = append(env, "OTEL_EXPORTER_OTLP_ENDPOINT="+collector)
	}
	return env
}

// isDefault reports whether a collector is where exporters look for it by
// themselves, http://localhost:4318.
func isDefault(collector string) bool {
	if collector == "" {
		return true
	}
	u, err := url.Parse(collector)
	if err != nil || u.Scheme != "http" || u.Port() != "4318" || strings.Trim(u.Path, "/") != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
