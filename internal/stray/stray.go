// Package stray knows which environment variables would change, behind a
// learner's back, what their code does. The workshop keeps them from whatever
// it runs.
package stray

import "strings"

// Variable reports whether an environment variable of that name configures
// OpenTelemetry or a proxy.
func Variable(name string) bool {
	upper := strings.ToUpper(name)
	return strings.HasPrefix(upper, "OTEL_") || strings.HasSuffix(upper, "_PROXY")
}
