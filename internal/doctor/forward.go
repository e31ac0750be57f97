package doctor

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"otel.workshop/internal/forward"
)

// forward asks the backend that WORKSHOP_FORWARD names what it takes. Where
// there is none, there is nothing to say.
func (o Options) forward(ctx context.Context) []Finding {
	to, err := forward.FromEnvironment("", o.getenv)
	if err != nil {
		return []Finding{{forward.Variable, Bad, "telemetry cannot be forwarded, and the workshop does not start", err.Error()}}
	}
	if to.Endpoint == "" {
		return nil
	}
	u, err := url.Parse(to.Endpoint)
	if err == nil && o.IsWorkshop(ctx, u.Host) {
		return []Finding{{forward.Variable, Warn, to.Endpoint + " is a workshop that is running, not a backend",
			"name the backend; if it is to have the port, end the workshop and start the backend first: the workshop takes another port then"}}
	}
	to.Timeout = 3 * time.Second
	var answers []forward.Answer
	if err == nil {
		answers, err = o.TryForward(ctx, to)
	}
	if err != nil { // FromEnvironment has seen the same
		return []Finding{{forward.Variable, Bad, "telemetry cannot be forwarded, and the workshop does not start", err.Error()}}
	}
	var takes []string
	var refused *forward.Answer
	for i, a := range answers {
		if a.Why == "" {
			takes = append(takes, a.Signal)
		} else if refused == nil {
			refused = &answers[i]
		}
	}
	f := Finding{Name: forward.Variable, Level: Warn}
	switch {
	case refused == nil:
		f.Level, f.Says = OK, to.Endpoint+" answers OTLP, and takes "+and(takes)
	case takes != nil:
		f.Says = fmt.Sprintf("%s takes %s alone; of %s, it says: %s", to.Endpoint, and(takes), refused.Signal, refused.Why)
		f.Do = "nothing, if that is meant: what it does not take is dropped, and counted"
	case refused.Again:
		f.Says = "there is no answer from " + to.Endpoint + ": " + refused.Why
		f.Do = "start what should answer there; till then, the latest telemetry is kept"
		if u.Host == "localhost:4318" || u.Host == "127.0.0.1:4318" {
			f.Do = "start what should answer there, and then the workshop, which takes another port"
		}
	default:
		f.Says = to.Endpoint + " takes no OTLP: " + refused.Why
		f.Do = "look at the path in " + forward.Variable + ", and at " + forward.HeadersVariable
	}
	return []Finding{f}
}

// getenv returns the value of a variable, or "". Of a name that stands there
// twice the last one counts.
func (o Options) getenv(name string) (value string) {
	for _, kv := range o.Environ {
		if n, v, _ := strings.Cut(kv, "="); n == name {
			value = v
		}
	}
	return value
}

// and lists words as a sentence does.
func and(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
