package shop

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/lib/pq"

	"otel.workshop/internal/database"
	"otel.workshop/internal/payments"
	"otel.workshop/internal/proxy"
)

// A World is what a service of step 2 and later stands in: a database with
// orders, and the payment API. Either can be made to fail, and so can the
// collector behind them, see [World.Set]. Its methods may be called
// concurrently.
type World struct {
	alone     bool               // there is neither database nor payment API
	database  *database.Database // nil when alone, as are the next two
	link      *proxy.Postgres    // between service and database; nil when that is encrypted
	payments  *payments.API
	collector Behind

	mu sync.Mutex
	on map[Fault]bool
}

// WorldOptions say what to use of what there is already.
type WorldOptions struct {
	Root        string             // the workshop's folder, as in [Options.Root]: the embedded database is built from it when need be
	DatabaseURL string             // a PostgreSQL to use, as DATABASE_URL names it; "" is the embedded one
	Collector   string             // where the payment API's spans go, as in [Options.CollectorEndpoint]
	Backend     Backend            // the same collector, to be made to fail; nil: it is not ours to spoil
	Waiting     func(doing string) // told when what is needed has to be built first; may be nil

	Alone bool // for a service that stands alone, see [Source.StandsAlone]: only the collector can fail
}

// OpenWorld starts what a service needs. ctx bounds the start alone.
func OpenWorld(ctx context.Context, o WorldOptions) (_ *World, err error) {
	w := &World{on: make(map[Fault]bool), alone: o.Alone, collector: Behind{o.Backend}}
	if w.alone {
		return w, nil
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close(ctx))
		}
	}()
	if w.database, err = database.Start(ctx, database.Options{URL: o.DatabaseURL, Root: o.Root, Waiting: o.Waiting}); err != nil {
		return nil, err
	}
	if backend, ok := inTheClear(w.database.URL()); ok {
		if w.link, err = proxy.StartPostgres(backend); err != nil {
			return nil, err
		}
	}
	if w.payments, err = payments.Start(ctx, payments.Options{Collector: o.Collector}); err != nil {
		return nil, err
	}
	return w, nil
}

// Database returns the name of the database, for people.
func (w *World) Database() string { return w.database.String() }

// Embedded reports whether the database is the workshop's own.
func (w *World) Embedded() bool { return w.alone || w.database.Embedded() }

// PaymentsWaiting returns how many requests the payment API keeps waiting now,
// because it is slow or hangs.
func (w *World) PaymentsWaiting() int { return w.payments.Waiting() }

// Close ends all of it. The payment API's last spans are flushed first, to a
// collector that is well again.
func (w *World) Close(ctx context.Context) error {
	var errs []error
	w.collector.Recover()
	if w.payments != nil {
		errs = append(errs, w.payments.Close(ctx))
	}
	if w.link != nil {
		errs = append(errs, w.link.Close())
	}
	if w.database != nil {
		errs = append(errs, w.database.Close())
	}
	return errors.Join(errs...)
}

// environment is what a service has to know of its world.
func (w *World) environment() ([]string, error) {
	if w.alone {
		return nil, nil
	}
	url := w.database.URL()
	if w.link != nil {
		var err error
		if url, err = redirect(url, w.link.Addr()); err != nil {
			return nil, err
		}
	}
	return []string{"DATABASE_URL=" + url, "PAYMENTS_URL=" + w.payments.URL()}, nil
}

// inTheClear returns the host and port of a database that is spoken to over
// TCP and without encryption: only such a connection can be interfered with.
func inTheClear(database string) (backend string, ok bool) {
	config, err := pq.NewConfig(database)
	if err != nil || config.SSLMode != pq.SSLModeDisable || strings.HasPrefix(config.Host, "/") {
		return "", false
	}
	return net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))), true
}

// redirect returns the connection string of the same database at another
// address, in the form that it has.
func redirect(database, addr string) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("find the database's stand-in: %w", err)
	}
	u, err := url.Parse(database)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return database + " host=" + host + " port=" + port, nil // of a key that is given twice, the last one counts
	}
	u.Host = addr
	query := u.Query()
	query.Del("host")
	query.Del("port")
	u.RawQuery = query.Encode()
	return u.String(), nil
}
