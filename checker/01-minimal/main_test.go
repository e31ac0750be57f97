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

	"otel.workshop/checker/recorder"
	minimal "otel.workshop/steps/01-minimal"
)

func TestMain(m *testing.M) { recorder.Main(m, program) }

// program is the learner's code in a process of its own: the service, or what
// a check wants to know of a process with another environment.
func program() error {
	if own.Runs() {
		return nil
	}
	switch os.Getenv(errand) {
	case errandDescribe:
		return describe()
	case errandSend:
		return send()
	case errandDrain:
		return inFakeTime(drain)
	case errandBreak:
		return inFakeTime(breakDown)
	}
	return serve()
}

// serve is the learner's service, on a port that it prints. Each request takes
// a moment; the last one (/?last) is answered a moment after the signal, so that
// it is in flight then. That a request has arrived is told at once, with a 103.
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
		w.WriteHeader(http.StatusEarlyHints)
		if r.URL.RawQuery == "last" {
			select {
			case <-ctx.Done():
			case <-time.After(4 * time.Second): // there is no such signal
			}
			time.Sleep(moment)
		}
		time.Sleep(2 * moment)
		h.ServeHTTP(w, r)
	}))
}
