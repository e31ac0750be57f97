package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/lib/pq"
)

const (
	patience = 5 * time.Second // for a database that was given by URL
	orUnset  = ", or unset DATABASE_URL to use the embedded database"
)

// inspect looks whether a database that somebody else runs answers and has the
// workshop's table. It returns a name to print. All it does is a SELECT, in a
// transaction that only reads.
func inspect(ctx context.Context, url string) (name string, err error) {
	config, err := pq.NewConfig(url)
	if err != nil {
		// The cause is left out: it repeats what it could not read, passwords too.
		return "", errors.New("DATABASE_URL cannot be read: write it as postgres://user:password@host:5432/database" + orUnset)
	}
	name = config.User + "@" + net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))) + "/" + config.Database
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := look(ctx, config); err != nil {
		return "", fmt.Errorf("use the database %s: %w: %s", name, err, advice(ctx, err))
	}
	return name, nil
}

func look(ctx context.Context, config pq.Config) error {
	connector, err := pq.NewConnectorConfig(config)
	if err != nil {
		return err
	}
	connector.Dialer(dialer{ctx})
	db := sql.OpenDB(connector)
	defer func() { _ = db.Close() }() // what it could tell, the SELECT has told
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "SELECT id, status FROM orders LIMIT 1")
	return errors.Join(err, tx.Rollback())
}

// A dialer connects for as long as its context lasts. lib/pq looks at the
// context while it dials, and not again until the server has let it in.
type dialer struct{ ctx context.Context }

func (d dialer) Dial(network, addr string) (net.Conn, error) {
	return d.DialTimeout(network, addr, patience)
}

func (d dialer) DialTimeout(network, addr string, timeout time.Duration) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: timeout}).DialContext(d.ctx, network, addr)
	if err == nil {
		context.AfterFunc(d.ctx, func() { _ = conn.Close() })
	}
	return conn, err
}

// advices say what to do about an error, by its SQLSTATE.
var advices = map[string]string{
	"42P01": `psql "$DATABASE_URL" -f internal/postgres/orders.sql makes the table`,
	"42703": "its table orders is not the workshop's, which is orders(id, status): name another database in DATABASE_URL",
	"42501": "let the user read the table orders, or name another user in DATABASE_URL",
	"28P01": "correct user and password in DATABASE_URL",
	"28000": "correct user and password in DATABASE_URL",
	"3D000": "create that database, or name another one in DATABASE_URL",
}

// advice says what to do about an error of a database that was given by URL.
func advice(ctx context.Context, err error) string {
	e, _ := errors.AsType[*pq.Error](err)
	switch {
	case e != nil && advices[string(e.Code)] != "":
		return advices[string(e.Code)] + orUnset
	case errors.Is(err, pq.ErrSSLNotSupported):
		return "add sslmode=disable to DATABASE_URL if its server is one that you trust" + orUnset
	case ctx.Err() != nil:
		return "it did not answer in time: start it, correct DATABASE_URL" + orUnset
	}
	return "start it, correct DATABASE_URL" + orUnset
}
