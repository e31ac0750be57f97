package forward

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// parseEndpoint reads a backend's URL. The error reads on from the URL, and says
// what to do.
func parseEndpoint(endpoint string) (*url.URL, error) {
	const like = "write it like http://localhost:4318"
	if endpoint == "" {
		return nil, errors.New("no URL is given: " + like)
	}
	if !strings.Contains(endpoint, "://") {
		return nil, fmt.Errorf("that is no URL: begin with http:// or https://, %s", like)
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		var parse *url.Error
		if errors.As(err, &parse) {
			err = parse.Err // without the URL, which may hold a password
		}
		return nil, fmt.Errorf("that is no URL (%w): %s", err, like)
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("the scheme is %q, and what is forwarded goes over http or https: backends take that on port 4318 as a rule; %s", u.Scheme, like)
	case u.User != nil:
		return nil, errors.New("the URL holds a name or a password, which would be shown: leave it out, and set WORKSHOP_FORWARD_HEADERS=authorization=Basic%20… instead")
	case u.Hostname() == "":
		return nil, fmt.Errorf("the URL names no host: %s", like)
	case u.RawQuery != "" || u.ForceQuery:
		return nil, errors.New("the URL has a query (what begins with ?), which would be shown: leave it out, and put keys into WORKSHOP_FORWARD_HEADERS")
	case u.Fragment != "" || strings.HasSuffix(endpoint, "#"):
		return nil, errors.New("the URL has a fragment (what begins with #), which no server sees: leave it out")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return nil, fmt.Errorf("the port %s is no number from 1 to 65535", port)
		}
	} else if strings.HasSuffix(u.Host, ":") {
		return nil, fmt.Errorf("the URL names no port behind its colon: %s", like)
	}
	if _, err := url.Parse(u.String()); err != nil { // a zone that can be read, and not written
		return nil, fmt.Errorf("the URL's host is none: %s", like)
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	for _, s := range signals {
		if before, ends := strings.CutSuffix(u.Path, "/v1/"+s); ends {
			return nil, fmt.Errorf("the URL ends in /v1/%s, which is appended for each signal: end it with %q", s, u.Host+before)
		}
	}
	return u, nil
}

// unsecret is what can be shown of a URL that may be wrong.
func unsecret(endpoint string) string {
	if at := strings.LastIndexByte(endpoint, '@'); at >= 0 {
		endpoint = "…" + endpoint[at:]
	}
	if end := strings.IndexAny(endpoint, "?#"); end >= 0 {
		endpoint = endpoint[:end] + "…"
	}
	return strconv.Quote(clip(endpoint))
}
