package postgres

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
	_ "github.com/ncruces/go-sqlite3/vfs/mvcc" // a database in memory whose readers never wait
)

// What a client may take. SQLite refuses more, and the client learns it.
const (
	maxValue    = 4 << 20  // bytes of a value or a statement
	maxHeap     = 64 << 20 // bytes that SQLite takes for a connection
	maxDatabase = 1 << 16  // pages of 4 KiB
)

// functions are those that SQLite and PostgreSQL have with the same meaning,
// and what each returns; unknownType is the type of its first argument.
var functions = map[string]dataType{
	"count":    int8Type,
	"sum":      unknownType,
	"min":      unknownType,
	"max":      unknownType,
	"coalesce": unknownType,
	"nullif":   unknownType,
	"abs":      unknownType,
	"length":   int4Type,
	"pg_sleep": voidType,
	"version":  textType,
}

// An engine is a connection to SQLite that does no more than what PostgreSQL
// would do too. It serves one client, one statement at a time.
type engine struct {
	*sqlite3.Conn
	tables  []string // those that the statement names that is being prepared
	refused error    // why the authorizer denied it
}

// openEngine connects to the database in memory that has this name, and makes
// it when it is not there.
func openEngine(name string) (*engine, error) {
	db, err := sqlite3.Open("file:/" + name + "?vfs=mvcc")
	if err != nil {
		return nil, err
	}
	e := &engine{Conn: db}
	if err := e.setup(); err != nil {
		_ = db.Close() // the first error is the one to tell
		return nil, err
	}
	return e, nil
}

func (e *engine) setup() error {
	e.Limit(sqlite3.LIMIT_LENGTH, maxValue)
	err := e.Exec(fmt.Sprintf("PRAGMA case_sensitive_like = 1; PRAGMA temp_store = memory; PRAGMA hard_heap_limit = %d; PRAGMA max_page_count = %d", maxHeap, maxDatabase))
	if err != nil {
		return err
	}
	if err := e.CreateFunction("pg_sleep", 1, sqlite3.INNOCUOUS, sleep); err != nil {
		return err
	}
	if err := e.CreateFunction("version", 0, sqlite3.INNOCUOUS, func(ctx sqlite3.Context, _ ...sqlite3.Value) {
		ctx.ResultText("the workshop's embedded database, a stand-in for PostgreSQL " + version)
	}); err != nil {
		return err
	}
	return e.SetAuthorizer(e.authorize)
}

// sleep is pg_sleep: it waits for a number of seconds, and ends early when its
// statement is interrupted.
func sleep(ctx sqlite3.Context, arg ...sqlite3.Value) {
	if arg[0].Type() == sqlite3.NULL {
		return
	}
	seconds := min(arg[0].Float(), (math.MaxInt64 / float64(time.Second) / 2))
	timer := time.NewTimer(time.Duration(seconds * float64(time.Second)))
	defer timer.Stop()
	select {
	case <-timer.C:
		ctx.ResultText("")
	case <-ctx.Conn().GetInterrupt().Done():
		ctx.ResultError(sqlite3.INTERRUPT)
	}
}

// authorize is asked by SQLite about everything that a statement would do,
// while it is prepared. What stands on no list is denied.
func (e *engine) authorize(action sqlite3.AuthorizerActionCode, name, second, _, _ string) sqlite3.AuthorizerReturnCode {
	switch action {
	case sqlite3.AUTH_SELECT, sqlite3.AUTH_RECURSIVE, sqlite3.AUTH_TRANSACTION,
		sqlite3.AUTH_CREATE_INDEX, sqlite3.AUTH_REINDEX, sqlite3.AUTH_DROP_INDEX: // those that a table makes for its keys
		return sqlite3.AUTH_OK
	case sqlite3.AUTH_READ, sqlite3.AUTH_INSERT, sqlite3.AUTH_UPDATE, sqlite3.AUTH_DELETE, sqlite3.AUTH_CREATE_TABLE, sqlite3.AUTH_DROP_TABLE:
		if !slices.Contains(e.tables, name) {
			e.tables = append(e.tables, name)
		}
		return sqlite3.AUTH_OK
	case sqlite3.AUTH_FUNCTION:
		if _, ok := functions[strings.ToLower(second)]; ok || strings.EqualFold(second, "like") {
			return sqlite3.AUTH_OK
		}
		e.refused = unsupported("the function %s", second)
	default:
		e.refused = unsupported("this statement")
	}
	return sqlite3.AUTH_DENY
}

// compile prepares one statement, and leaves in e.tables which tables it names.
func (e *engine) compile(sql string) (*sqlite3.Stmt, error) {
	e.tables, e.refused = nil, nil
	stmt, _, err := e.Prepare(sql)
	switch {
	case e.refused != nil && err != nil:
		return nil, e.refused
	case err != nil:
		return nil, translate(err)
	case stmt == nil:
		return nil, syntaxError("")
	}
	return stmt, nil
}

// shut ends the connection. A statement that is not closed would keep its
// transaction open, and with it the lock that every writer needs.
func (e *engine) shut() error {
	e.SetInterrupt(context.Background())
	for _, stmt := range slices.Collect(e.Stmts()) {
		finalize(stmt)
	}
	if !e.GetAutocommit() {
		if err := e.Exec("ROLLBACK"); err != nil {
			return err
		}
	}
	return e.Close()
}

// finalize closes a statement. SQLite tells once more how its last run failed;
// when that was for want of memory, the library panics, with the statement
// closed all the same.
func finalize(stmt *sqlite3.Stmt) {
	defer func() { _ = recover() }()
	_ = stmt.Close()
}
