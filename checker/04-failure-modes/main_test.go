// Package failuremodes_test checks steps/04-failure-modes, in the order of its
// lesson: the whole service, with a database, a payment API and a collector
// that are as good as they are told to be.
package failuremodes_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

func TestMain(m *testing.M) { recorder.Main(m, program) }

// paymentsURL is the environment variable that tells program of the payment API.
const paymentsURL = "PAYMENTS_URL"

// program is the learner's service as a process of its own: their whole
// program, or their Run in one of ours, which prints where it listens.
func program() error {
	if own.Runs() {
		return nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(recorder.Listening(ln.Addr()))
	return failuremodes.Run(ctx, ln, failuremodes.Config{
		DB:             newDatabase().Open(),
		PaymentsURL:    os.Getenv(paymentsURL),
		PaymentTimeout: time.Second,
		FlushTimeout:   5 * time.Second,
		Log:            slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
}

// Orders of the checks' database.
const (
	known     = "42"
	another   = "43"
	unknown   = "999"
	broken    = "1" // can't be read
	brokenToo = "7" // can't be read either: it is another server that refuses
	unhurried = "3" // is read in 500 ms

	panics           = "2" // reading it panics
	panicsWithError  = "5"
	panicsWithNumber = "6"
	panicsByRuntime  = "8" // as an index that is out of range does
)

func newDatabase() *database.Database {
	return &database.Database{
		Takes:  10 * time.Millisecond, // so that requests overlap
		Orders: map[int64]string{42: "shipped", 43: "packed", 3: "packed"},
		Fails:  map[int64]error{1: database.ErrConnection, 7: refusedBy(5433)},
		Panics: map[int64]any{2: "index out of range", 5: errors.New("no such column"), 6: 404, 8: outOfRange()},
		Varies: map[int64]time.Duration{3: 500 * time.Millisecond},
	}
}

// outOfRange returns what the runtime panics with when an index is out of range.
func outOfRange() (with any) {
	defer func() { with = recover() }()
	var none []int
	return none[len(none)]
}

// refusedBy is the error of a database that nobody listens for on that port.
func refusedBy(port int) error {
	refused := *database.ErrConnection.(*net.OpError)
	refused.Addr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}
	return &refused
}
