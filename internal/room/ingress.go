package room

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"otel.workshop/internal/room/wire"
)

// ServeHTTP answers members, and whoever opens the room's address in a browser.
func (r *Room) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // the address has the token in it
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", policy)
	// Members have a limit of their own, so that whoever floods from the address
	// that a whole room has, behind one router, keeps out nobody who is in.
	if !r.store.has(credentialOf(req)) {
		if wait := r.callers.take(req.RemoteAddr, r.opts.now()); wait > 0 {
			r.tooMany(w, wait)
			return
		}
	}
	path := strings.TrimPrefix(req.URL.Path, r.prefix())
	token, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if !r.isOpen(w, req, token) {
		return
	}
	switch rest {
	case "":
		r.greet(w, req)
	case "v1/traces", "v1/metrics":
		r.receive(w, req, strings.TrimPrefix(rest, "v1/"))
	case "v1/logs":
		r.refuse(w, "logs", http.StatusNotFound, "a room takes traces and metrics: of logs nothing is shared")
	default:
		r.refuse(w, "unknown path", http.StatusNotFound, "there is nothing here: a room takes /v1/traces and /v1/metrics")
	}
}

// isOpen reports whether a token is the room's, and answers if it is not.
func (r *Room) isOpen(w http.ResponseWriter, req *http.Request, token string) bool {
	token = strings.ToLower(token)
	same := func(other string) bool { return subtle.ConstantTimeCompare([]byte(token), []byte(other)) == 1 }
	r.mu.Lock()
	now, then := same(r.token), false
	for _, old := range r.revoked {
		then = same(old) || then
	}
	r.mu.Unlock()
	if now {
		return true
	}
	if wait := r.wrong.take(req.RemoteAddr, r.opts.now()); wait > 0 {
		r.tooMany(w, wait)
	} else if then {
		r.refuse(w, oldToken, http.StatusGone, "this room has a new address: ask its instructor for it, and join with that")
	} else {
		r.refuse(w, wrongToken, http.StatusNotFound, "there is nothing at this address: look at its last part again")
	}
	return false
}

func (r *Room) tooMany(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(1+int(wait.Seconds())))
	r.refuse(w, tooMany, http.StatusTooManyRequests, "too many requests come from your address: wait a little")
}

// refuse counts a request that is refused before its body has been looked at, and
// answers it.
func (r *Room) refuse(w http.ResponseWriter, why string, status int, says string) {
	r.store.refuse(why)
	http.Error(w, says, status)
}

// receive takes what a member sends.
func (r *Room) receive(w http.ResponseWriter, req *http.Request, signal string) {
	if req.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		r.refuse(w, "not a POST", http.StatusMethodNotAllowed, "telemetry is sent with POST, not "+req.Method)
		return
	}
	id := credentialOf(req)
	if id == "" {
		r.refuse(w, noCredential, http.StatusUnauthorized, "the header "+wire.CredentialHeader+" has to carry a credential: join with go run . --room and this address")
		return
	}
	if err := r.store.admit(id, r.opts.now()); err != nil {
		r.inlet.Refuse(w, req, err)
	} else if signal == "traces" {
		r.inlet.Traces(w, req, func(td ptrace.Traces) error { return r.takeTraces(id, td) })
	} else {
		r.inlet.Metrics(w, req, func(md pmetric.Metrics) error { return r.takeMetrics(id, md) })
	}
}

// credentialOf returns whose credential a request carries, or "".
func credentialOf(req *http.Request) (id string) {
	c := wire.Credential(req.Header.Get(wire.CredentialHeader))
	if !c.Valid() {
		return ""
	}
	return c.ID()
}

func (r *Room) takeTraces(id string, td ptrace.Traces) error {
	now := r.opts.now()
	all, ignored := r.store.cleanTraces(id, td, now)
	heard, err := r.store.hear(id, all, ignored, now)
	for _, one := range heard {
		r.passOn("traces", ptraceotlp.NewExportRequestFromTraces(one.traces).MarshalProto)
	}
	return err
}

func (r *Room) takeMetrics(id string, md pmetric.Metrics) error {
	now := r.opts.now()
	all, ignored := r.store.cleanMetrics(id, md, now)
	heard, err := r.store.hear(id, all, ignored, now)
	for _, one := range heard {
		r.passOn("metrics", pmetricotlp.NewExportRequestFromMetrics(one.metrics).MarshalProto)
	}
	return err
}

// passOn offers what was made of a request to the backend.
func (r *Room) passOn(signal string, marshal func() ([]byte, error)) {
	if r.opts.Forward == nil {
		return
	}
	if body, err := marshal(); err == nil { // what we have made can be written
		r.opts.Forward.Offer(signal, body)
	}
}

// refused counts what the inlet refuses. What the store refused it has counted.
func (r *Room) refused(status int, why string) {
	switch status {
	case http.StatusServiceUnavailable:
		if why != errFull.Error() {
			r.store.refuse("busy")
		}
	case http.StatusBadRequest:
		r.store.refuse("malformed")
	case http.StatusRequestTimeout:
		r.store.refuse("too slow")
	case http.StatusRequestEntityTooLarge:
		r.store.refuse("too large")
	case http.StatusUnsupportedMediaType:
		r.store.refuse("no OTLP")
	case http.StatusInternalServerError:
		r.store.refuse("failed on it")
	}
}

// greet says what this is: to a workshop in JSON, to a person on a page.
func (r *Room) greet(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		r.refuse(w, "not a GET", http.StatusMethodNotAllowed, "telemetry goes to /v1/traces and /v1/metrics below this address")
		return
	}
	title := r.title()
	if strings.Contains(req.Header.Get("Accept"), "application/json") {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(wire.Greeting{Workshop: true, Title: title, Forwards: r.opts.Forward != nil}) // who has gone hears nothing
		return
	}
	r.drawGreeting(w, title, r.reachedAt(req))
}

func (r *Room) title() string {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	return r.store.title
}
