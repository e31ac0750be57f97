package loopback

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An Outside knows the names under which a browser elsewhere opens ports of this
// machine, where the environment vouches for them. The zero value knows none.
type Outside struct {
	page            string // the page's origin, from WORKSHOP_ORIGIN
	machine, domain string // of a codespace: its ports are https://MACHINE-PORT.DOMAIN
}

// FromEnvironment reads what vouches for names: WORKSHOP_ORIGIN, where anybody's
// own proxy serves the page, and what GitHub sets in a codespace. The error
// says what is wrong with WORKSHOP_ORIGIN, and what to do.
//
// https://docs.github.com/codespaces/developing-in-a-codespace/default-environment-variables-for-your-codespace
func FromEnvironment(getenv func(string) string) (Outside, error) {
	var o Outside
	if getenv("CODESPACES") == "true" {
		machine, domain := strings.ToLower(getenv("CODESPACE_NAME")), strings.ToLower(getenv("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN"))
		if label.MatchString(machine) && isName(domain) {
			o.machine, o.domain = machine, domain
		}
	}
	if given := getenv("WORKSHOP_ORIGIN"); given != "" {
		origin, err := parseOrigin(given)
		if err != nil {
			return Outside{}, fmt.Errorf("WORKSHOP_ORIGIN is %q, and %w: set it to how the page's address begins in your browser, such as https://workshop.example, or unset it", given, err)
		}
		o.page = origin
	}
	return o, nil
}

// An Entrance is where one server of this machine is asked. The zero value is
// asked by this machine alone.
type Entrance struct {
	Names []string // origins under which a browser elsewhere opens it, the one to tell people first

	outside   Outside
	rewritten string // what a codespace's proxy makes of the server's own origin, or ""
}

// Page returns the entrance of the page, when it is served at an address of this
// machine.
func (o Outside) Page(at net.Addr) Entrance {
	e := o.Port(at)
	if o.page != "" {
		e.Names = append([]string{o.page}, e.Names...)
	}
	return e
}

// Port returns the entrance of any other server.
func (o Outside) Port(at net.Addr) Entrance {
	_, port, err := net.SplitHostPort(at.String())
	if o.machine == "" || err != nil {
		return Entrance{}
	}
	return Entrance{[]string{"https://" + o.machine + "-" + port + "." + o.domain}, o, "http://localhost:" + port}
}

// Local reports whether a request means this machine and comes from it. A page
// of a foreign site that makes the browser post here has a foreign Origin; one
// whose name has been pointed at 127.0.0.1 has a foreign Host.
//
// Names that the environment vouches for are not foreign: the server's own, and
// as a sender any port of the same codespace. Proxies pass their own name on or
// put this machine's in its place, in the Host, in the Origin, or in both.
//
// https://github.com/symfony/demo/issues/1542 has what a codespace's does
func (e Entrance) Local(req *http.Request) bool {
	local := isLocalHost(req.Host)
	if !local && !slices.ContainsFunc(e.Names, func(origin string) bool { return isHostOf(req.Host, origin) }) {
		return false
	}
	for _, origin := range req.Header.Values("Origin") {
		own := slices.Contains(e.Names, origin) || e.rewritten != "" && origin == e.rewritten
		if !own && !e.outside.isForwarded(origin) && !(local && isLocalOrigin(origin)) {
			return false
		}
	}
	return true
}

// isForwarded recognizes the origin of a port of the same codespace.
func (o Outside) isForwarded(origin string) bool {
	port, found := strings.CutPrefix(origin, "https://"+o.machine+"-")
	port, found2 := strings.CutSuffix(port, "."+o.domain)
	n, err := strconv.ParseUint(port, 10, 16)
	return o.machine != "" && found && found2 && err == nil && strconv.FormatUint(n, 10) == port
}

// isHostOf reports whether a Host header names the host and port of an origin.
func isHostOf(host, origin string) bool {
	scheme, want, _ := strings.Cut(origin, "://")
	return strings.EqualFold(strings.TrimSuffix(host, defaultPorts[scheme]), want)
}

var defaultPorts = map[string]string{"http": ":80", "https": ":443"}

// parseOrigin returns an origin as browsers spell it. The error reads on from
// "the value is …, and".
func parseOrigin(text string) (string, error) {
	u, err := url.Parse(strings.ToLower(text))
	if err != nil {
		return "", errors.New("that is no URL")
	}
	host := u.Hostname()
	_, noAddress := netip.ParseAddr(host)
	switch port, err := strconv.ParseUint(u.Port(), 10, 16); {
	case defaultPorts[u.Scheme] == "":
		return "", errors.New("it does not begin with https:// or http://")
	case noAddress != nil && !isName(host):
		return "", errors.New("it names no host")
	case u.Port() != "" && (err != nil || port == 0), strings.HasSuffix(u.Host, ":"):
		return "", errors.New("its port is no number up to 65535")
	case u.User != nil || u.Opaque != "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#"):
		return "", errors.New("there is more to it than scheme, host and port")
	}
	return u.Scheme + "://" + strings.TrimSuffix(u.Host, defaultPorts[u.Scheme]), nil
}

// label is one part of a host's name.
var label = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

func isName(host string) bool {
	return len(host) < 254 && !slices.ContainsFunc(strings.Split(host, "."), func(part string) bool { return !label.MatchString(part) })
}
