package collector

import (
	"fmt"
	"net/http"
	"strings"
)

const paths = "traces go to /v1/traces, metrics to /v1/metrics, logs to /v1/logs"

// unknownPath says what is wrong with a path, as far as it can be told.
func unknownPath(req *http.Request) string {
	path := req.URL.Path
	if path == "/" && req.Method == http.MethodPost {
		return "nothing is received at /: " + paths + ". The exporter's endpoint lacks the signal's path; " +
			"WithEndpointURL and OTEL_EXPORTER_OTLP_TRACES_ENDPOINT are used as they are, only OTEL_EXPORTER_OTLP_ENDPOINT gets it appended"
	}
	for _, sig := range signals {
		want := "/v1/" + sig.name
		switch {
		case strings.HasSuffix(path, want+want):
			return fmt.Sprintf("the path %s is doubled: OTEL_EXPORTER_OTLP_ENDPOINT gets %s appended, so it must not end in it", want, want)
		case path == want+"/":
			return fmt.Sprintf("nothing is received at %s: leave out the slash at the end of the endpoint; %s", path, paths)
		}
	}
	return fmt.Sprintf("this is the workshop's OTLP receiver, and nothing is received at %s: %s", path, paths)
}
