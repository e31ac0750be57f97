package forward

import "fmt"

// The variables that OpenTelemetry's own exporters read.
const (
	StandardVariable        = "OTEL_EXPORTER_OTLP_ENDPOINT"
	StandardHeadersVariable = "OTEL_EXPORTER_OTLP_HEADERS"
)

// FromStandardEnvironment is [FromEnvironment] for a program that has no
// telemetry of its own to send: it reads the variables that everybody's exporters
// read.
func FromStandardEnvironment(getenv func(string) string) (Options, error) {
	o := Options{Endpoint: getenv(StandardVariable)}
	if o.Endpoint == "" {
		return Options{}, nil
	}
	if _, err := parseEndpoint(o.Endpoint); err != nil {
		return Options{}, fmt.Errorf("%s is %s: %w", StandardVariable, unsecret(o.Endpoint), err)
	}
	var err error
	if o.Headers, err = parseHeaders(getenv(StandardHeadersVariable)); err != nil {
		return Options{}, fmt.Errorf("%s: %w", StandardHeadersVariable, err)
	}
	return o, nil
}
