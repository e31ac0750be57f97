package doctor

import (
	"context"
	"runtime"
	"slices"
	"strings"

	"otel.workshop/internal/stray"
)

// environment tells of variables that the workshop keeps from the services
// that it runs. Values are not shown: headers and proxies hold passwords.
func (o Options) environment(context.Context) []Finding {
	var otel, proxies []string
	for _, kv := range o.Environ {
		name, value, _ := strings.Cut(kv, "=")
		switch {
		case value == "" || !stray.Variable(name):
		case strings.HasPrefix(strings.ToUpper(name), "OTEL_"):
			otel = append(otel, name)
		default:
			proxies = append(proxies, name)
		}
	}
	slices.Sort(otel)
	slices.Sort(proxies)

	telemetry := Finding{"OTEL_*", OK, "none is set", ""}
	if otel != nil {
		telemetry.Level = Warn
		telemetry.Says = strings.Join(otel, ", ") + " set; the workshop keeps them from its checks and services, but a service started by hand sees them"
		telemetry.Do = "before you start one by hand: " + unset(otel, runtime.GOOS)
		if slices.Contains(otel, "OTEL_EXPORTER_OTLP_ENDPOINT") {
			telemetry.Says += "; and go run . run sends telemetry where OTEL_EXPORTER_OTLP_ENDPOINT says"
			telemetry.Do = "nothing, if that is meant; else: " + unset(otel, runtime.GOOS)
		}
	}
	proxy := Finding{"proxies", OK, "none is set", ""}
	if proxies != nil {
		// Go's http.ProxyFromEnvironment makes an exception of loopback.
		proxy.Says = strings.Join(proxies, ", ") + " set; the go command downloads through them; the workshop keeps them from its services; a service started by hand sees them, but Go sends nothing for localhost through a proxy"
	}
	return []Finding{telemetry, proxy}
}

// unset returns a command that removes variables from the environment, on a
// system of that name.
func unset(names []string, goos string) string {
	if goos == "windows" {
		return "Remove-Item Env:" + strings.Join(names, ", Env:") // PowerShell
	}
	return "unset " + strings.Join(names, " ")
}
