package failuremodes_test

import (
	"net/http"
	"testing"
	"time"

	"otel.workshop/checker/04-failure-modes/shop"
	"otel.workshop/checker/ownprogram"
	"otel.workshop/checker/recorder"
)

// own is the learner's own program; see package shop.
var own = ownprogram.Shop{Step: "04-failure-modes", Laid: shop.Laid}

// startShop starts the learner's own program, with a database and a payment
// API, and returns when it listens. What env says comes last, and counts.
func startShop(t *testing.T, env ...string) (*recorder.Program, error) {
	return own.Start(t, append([]string{"DATABASE_URL=" + newPostgres(t), paymentsURL + "=" + newPayments(t).url}, env...)...)
}

// visitor returns a service that is somebody else's process: it can be asked,
// and nothing else.
func visitor(addr string) *service {
	return &service{url: "http://" + addr, client: &http.Client{
		Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second,
	}}
}
