// Package handlerspans_test checks steps/02-handler-spans, in the order of its
// lesson.
package handlerspans_test

import (
	"fmt"
	"net"
	"net/http"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.workshop/checker/recorder"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

func TestMain(m *testing.M) { recorder.Main(m, program) }

// program is the learner's handler as a process of its own, on a port that it
// prints, whose database and payment API are both gone: order 1 can't be read,
// and no payment can be asked for.
func program() error {
	setPropagator()
	otel.SetTracerProvider(sdktrace.NewTracerProvider())
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	db := &orders{status: map[int64]string{2: "shipped"}, gone: map[int64]error{1: errGone}}
	fmt.Println(recorder.Listening(ln.Addr()))
	return http.Serve(ln, handlerspans.NewHandler(db, handlerspans.NewPayments("http://127.0.0.1:1")))
}

// setPropagator registers what step 1 has registered.
func setPropagator() {
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
}
