package tryout

// handlerFront stands in the place of step 2's solution: what that exports, and
// behind each of it the service that was chosen.
const handlerFront = `// Package handlerspans is the service that these tests are tried on.
package handlerspans

import (
	"context"
	"errors"
	"net/http"
)

// ErrNotFound is the error of an order that does not exist.
var ErrNotFound = errors.New("no such order")

// Orders knows where each order is. Status returns ErrNotFound for none.
type Orders interface {
	Status(ctx context.Context, id int64) (string, error)
}

// The service.
var (
	Handler func(orders Orders, payments *Payments) http.Handler
	Client  func(baseURL string) *Payments
)

// NewHandler serves GET /orders/{id}.
func NewHandler(orders Orders, payments *Payments) http.Handler { return Handler(orders, payments) }

// Payments asks the payment API. Safe for concurrent use.
type Payments struct {
	Own interface {
		State(ctx context.Context, orderID int64) (string, error)
	}
}

// NewPayments returns a client of the payment API at baseURL.
func NewPayments(baseURL string) *Payments { return Client(baseURL) }

// State returns the state of an order's payment.
func (p *Payments) State(ctx context.Context, orderID int64) (string, error) {
	return p.Own.State(ctx, orderID)
}
`

// storeFront is the same for step 3.
const storeFront = `// Package dbmetrics is the service that these tests are tried on.
package dbmetrics

import (
	"context"
	"database/sql"
)

// Own is the store of the service.
type Own interface {
	Status(ctx context.Context, id int64) (status string, err error)
}

// Open makes one.
var Open func(db *sql.DB) (Own, error)

// Store is a handlerspans.Orders. Safe for concurrent use.
type Store struct{ own Own }

// NewStore returns a store that reads db.
func NewStore(db *sql.DB) (*Store, error) {
	own, err := Open(db)
	if err != nil {
		return nil, err
	}
	return &Store{own}, nil
}

// Status returns an order's status, or handlerspans.ErrNotFound.
func (s *Store) Status(ctx context.Context, id int64) (status string, err error) {
	return s.own.Status(ctx, id)
}
`

// chooser puts the service behind the front that the process was started for.
// It gets its imports, the environment variable that chooses, a choice for each
// subject, and the variable that names the file for what sleeps.
const chooser = `// Package subjects chooses the service that tests are tried on.
package subjects

import (
	"bytes"
	"context"
	"database/sql"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"time"

	"otel.workshop/checker/scenes"
	handlerspans "otel.workshop/solutions/02-handler-spans"
	dbmetrics "otel.workshop/solutions/03-db-metrics"

%s)

// Suite names the tests that the process was started for, where it has those of
// several learners.
var Suite string

// look writes down, whenever it sees a test that sleeps in real time, where.
func look(file string) {
	buf := make([]byte, 1<<20)
	for ; ; time.Sleep(2 * time.Millisecond) {
		for g := range bytes.SplitSeq(buf[:runtime.Stack(buf, true)], []byte("\n\n")) {
			lines := bytes.Split(g, []byte("\n")) // the state; then two for each call
			if len(lines) < 5 || !bytes.Contains(lines[0], []byte("[sleep")) || bytes.Contains(lines[0], []byte("synctest bubble")) {
				continue
			}
			at := bytes.Index(lines[4], []byte("/steps/05-own-tests/")) // who has called time.Sleep
			if at < 0 {
				continue
			}
			place, _, _ := bytes.Cut(lines[4][at+1:], []byte(" "))
			_ = os.WriteFile(file, place, 0o600)
			return
		}
	}
}

// reset makes the payment API's connections end without a trace. The side that
// closes first would keep its port for a minute, there are hundreds of processes
// like this one, and the kernel looks long for a port when most are taken.
func reset() {
	transport := http.DefaultTransport.(*http.Transport)
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		return conn, err
	}
}

func init() {
	reset()
	if file := os.Getenv(%[4]q); file != "" {
		_ = os.Unsetenv(%[4]q)
		go look(file)
	}
	var chosen string
	chosen, Suite, _ = strings.Cut(os.Getenv(%[2]q), "-")
	_ = os.Unsetenv(%[2]q)
	switch chosen {
%[3]s	default:
		panic("these tests are tried on no service")
	}
	scenes.Main()
}
`

const choice = `	case %[1]q:
		%[2]s.ErrNotFound = handlerspans.ErrNotFound
		handlerspans.Client = func(baseURL string) *handlerspans.Payments {
			return &handlerspans.Payments{Own: %[2]s.NewPayments(baseURL)}
		}
		handlerspans.Handler = func(orders handlerspans.Orders, payments *handlerspans.Payments) http.Handler {
			if payments == nil {
				return %[2]s.NewHandler(orders, nil)
			}
			return %[2]s.NewHandler(orders, payments.Own.(*%[2]s.Payments))
		}
		dbmetrics.Open = func(db *sql.DB) (dbmetrics.Own, error) { return %[3]s.NewStore(db) }
`
