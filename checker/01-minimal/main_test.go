// Package minimal_test checks steps/01-minimal, in the order of its lesson.
package minimal_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"otel.workshop/checker/01-minimal/shop"
	"otel.workshop/checker/recorder"
	minimal "otel.workshop/steps/01-minimal"
)

func TestMain(m *testing.M) { recorder.Main(m, program) }

// program is the learner's code in a process of its own: the service, or what
// a check wants to know of a process with another environment.
func program() error {
	if os.Getenv(asShop) != "" {
		shop.Laid()
		return nil
	}
	switch os.Getenv(errand) {
	case errandDescribe:
		return describe()
	case errandSend:
		return send()
	}
	return serve()
}

// serve is the learner's service, on a port that it prints. Each request takes
// a moment, and a slow one (/?slow) a longer moment, so that some are in flight
// when the end comes. That it has arrived is told at once, with a 103.
func serve() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(recorder.Listening(ln.Addr()))
	h := minimal.NewHandler()
	return minimal.Run(ctx, ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		moment := 50 * time.Millisecond
		if r.URL.RawQuery == "slow" {
			moment = 250 * time.Millisecond
		}
		w.WriteHeader(http.StatusEarlyHints)
		time.Sleep(moment)
		h.ServeHTTP(w, r)
	}))
}
