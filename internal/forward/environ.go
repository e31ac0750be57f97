package forward

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The variables that say where to forward to, and with which headers.
const (
	Variable        = "WORKSHOP_FORWARD"
	HeadersVariable = "WORKSHOP_FORWARD_HEADERS"
)

// FromEnvironment reads the variables. A flag wins over the first of them when
// it is not "". Without an endpoint in either, the options have none: nothing is
// to be forwarded. The error says which is wrong, and what to do.
func FromEnvironment(flag string, getenv func(string) string) (Options, error) {
	o := Options{Endpoint: flag}
	name := "--forward"
	if flag == "" {
		o.Endpoint, name = getenv(Variable), Variable
	}
	if o.Endpoint == "" {
		return Options{}, nil
	}
	if _, err := parseEndpoint(o.Endpoint); err != nil {
		return Options{}, fmt.Errorf("%s is %s: %w", name, unsecret(o.Endpoint), err)
	}
	var err error
	if o.Headers, err = parseHeaders(getenv(HeadersVariable)); err != nil {
		return Options{}, fmt.Errorf("%s: %w", HeadersVariable, err)
	}
	return o, nil
}

// parseHeaders reads NAME=VALUE,NAME=VALUE with percent-encoded values, as
// OTEL_EXPORTER_OTLP_HEADERS has it. No error shows a value.
func parseHeaders(text string) (map[string]string, error) {
	headers := make(map[string]string)
	for i, pair := range strings.Split(text, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		if name = strings.TrimSpace(name); !ok {
			return nil, fmt.Errorf("the header number %d has no =: write name=value,name=value, and %%2C for a comma within a value", i+1)
		}
		value, err := url.PathUnescape(value)
		if err != nil {
			return nil, fmt.Errorf("the value of %q is not percent-encoded: write %%25 for a per cent sign", clip(name))
		}
		value = strings.TrimSpace(value)
		if err := checkHeader(name, value); err != nil {
			return nil, err
		}
		headers[name] = value
	}
	return headers, nil
}

// ours are the headers that a forwarder sets itself, or HTTP does.
var ours = []string{"Content-Type", "Content-Encoding", "Content-Length", "Host", "Connection", "Transfer-Encoding", "Te", "Trailer", "Upgrade", "Expect", chainHeader}

func checkHeader(name, value string) error {
	const token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	switch {
	case name == "":
		return errors.New("a header has no name: write name=value")
	case strings.Trim(name, token) != "":
		return fmt.Errorf("%q cannot be a header's name: letters, digits and dashes can", clip(name))
	case slices.Contains(ours, http.CanonicalHeaderKey(name)):
		return fmt.Errorf("the header %s is set for each request anyway: leave it out", name)
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
		return fmt.Errorf("the value of the header %s has a line break or another control character in it: leave that out", name)
	}
	return nil
}
