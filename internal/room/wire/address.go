package wire

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// An Address is where members send to, the room's token in its path:
// http://192.168.1.5:4319/TOKEN. Its telemetry goes to /v1/traces and
// /v1/metrics below it; a GET of the address itself answers with a [Greeting],
// or with a page for whoever opens it in a browser.
type Address struct {
	Base  string // "http://192.168.1.5:4319"
	Token string
}

// NewToken makes a room's token: 16 characters of base32, which can be typed.
func NewToken() string { return strings.ToLower(rand.Text()[:16]) }

var token = regexp.MustCompile(`^[a-z2-7]{16}$`)

// ParseAddress reads an address as people type it. The error says what is wrong
// with it, and never repeats the token.
func ParseAddress(text string) (Address, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil:
		return Address{}, errors.New("that is no URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return Address{}, errors.New("it does not begin with http:// or https://")
	case u.Hostname() == "":
		return Address{}, errors.New("it names no host")
	case u.User != nil, u.RawQuery != "", u.Fragment != "", u.Opaque != "":
		return Address{}, errors.New("there is more to it than a host, a port and the room's token")
	}
	prefix, t := "", strings.TrimSuffix(u.Path, "/")
	if i := strings.LastIndexByte(t, '/'); i >= 0 {
		prefix, t = t[:i], t[i+1:]
	}
	t = strings.ToLower(t)
	if !token.MatchString(t) {
		return Address{}, errors.New("it does not end with the room's token, sixteen letters and digits")
	}
	a := Address{Base: u.Scheme + "://" + u.Host + prefix, Token: t}
	if _, err := url.Parse(a.String()); err != nil { // a path or a zone that can be read, and not written
		return Address{}, errors.New("its host or its path has characters that no address has")
	}
	return a, nil
}

// String returns the address with its token: to send to, and to invite with.
func (a Address) String() string { return a.Base + "/" + a.Token }

// Shown returns the address to show on a screen that others may see.
func (a Address) Shown() string {
	return fmt.Sprintf("%s/%s…", a.Base, a.Token[:min(3, len(a.Token))])
}

// A Greeting is what a room says to who asks for JSON at its address.
type Greeting struct {
	Workshop bool   `json:"workshop"`           // true: this is a room, and no other server
	Title    string `json:"title,omitempty"`    // what its instructor called it
	Forwards bool   `json:"forwards,omitempty"` // what it receives goes to a backend of its instructor's, too
}
