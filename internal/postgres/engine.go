package postgres

import (
	"cmp"
	"context"
	"errors"
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

// functions are those that SQLite and PostgreSQL have with the same meaning.
var functions = strings.Fields("abs avg coalesce count length like max min nullif pg_sleep sum")

var changes = map[sqlite3.AuthorizerActionCode]string{sqlite3.AUTH_INSERT: "INSERT", sqlite3.AUTH_UPDATE: "UPDATE", sqlite3.AUTH_DELETE: "DELETE"}

// An engine is a connection to SQLite that does no more than what PostgreSQL
// would do too. It serves one client, one statement at a time.
type engine struct {
	*sqlite3.Conn
	seen // by the authorizer, in the statement that is being prepared
}

type seen struct {
	columns [][2]string // those that are named, with their tables
	changes string      // the first that it does: INSERT, UPDATE or DELETE
	refused error       // why it was denied
}

// openEngine connects to the database in memory that has this name, and makes
// it when it is not there.
func openEngine(name string) (*engine, error) {
	db, err := sqlite3.Open("file:/" + name + "?vfs=mvcc")
	if err != nil {
		return nil, err
	}
	e := &engine{Conn: db}
	e.Limit(sqlite3.LIMIT_LENGTH, maxValue)
	err = e.Exec(fmt.Sprintf("PRAGMA case_sensitive_like = 1; PRAGMA foreign_keys = 1; PRAGMA temp_store = memory; PRAGMA hard_heap_limit = %d; PRAGMA max_page_count = %d", maxHeap, maxDatabase))
	if err == nil {
		err = errors.Join(e.CreateFunction("pg_sleep", 1, sqlite3.INNOCUOUS, sleep), e.SetAuthorizer(e.authorize))
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return e, nil
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
func (e *engine) authorize(action sqlite3.AuthorizerActionCode, first, second, _, _ string) sqlite3.AuthorizerReturnCode {
	switch action {
	case sqlite3.AUTH_SELECT, sqlite3.AUTH_RECURSIVE, sqlite3.AUTH_TRANSACTION, sqlite3.AUTH_CREATE_TABLE, sqlite3.AUTH_DROP_TABLE,
		sqlite3.AUTH_CREATE_INDEX, sqlite3.AUTH_REINDEX, sqlite3.AUTH_DROP_INDEX: // those that a table makes for its keys
	case sqlite3.AUTH_READ:
		e.columns = append(e.columns, [2]string{first, second})
	case sqlite3.AUTH_INSERT, sqlite3.AUTH_UPDATE, sqlite3.AUTH_DELETE:
		e.changes = cmp.Or(e.changes, changes[action])
		e.columns = append(e.columns, [2]string{first, second}) // the second is empty but in UPDATE
	case sqlite3.AUTH_FUNCTION:
		if !slices.Contains(functions, strings.ToLower(second)) {
			e.refused = unsupported("the function %s", second)
		}
	default:
		e.refused = unsupported("this statement")
	}
	if e.refused != nil {
		return sqlite3.AUTH_DENY
	}
	return sqlite3.AUTH_OK
}

// isNumber reports whether the statement that was prepared last names a bigint
// column so, and no other column.
func (e *engine) isNumber(column string) bool {
	found := false
	for _, c := range e.columns {
		if !strings.EqualFold(c[1], column) {
			continue
		}
		declared, _, _, _, _, err := e.TableColumnMetadata("", c[0], column)
		if err != nil || declared != sqliteInt {
			return false
		}
		found = true
	}
	return found
}

// run runs SQL of our own.
func (e *engine) run(sql string) error {
	for sql = skipBlank(sql); sql != ""; sql = skipBlank(sql) {
		st, rest, err := e.prepare(sql)
		if err == nil {
			err = errors.Join(st.stmt.Exec(), st.stmt.Close())
		}
		if err != nil {
			return fmt.Errorf("run %.40q: %w", sql, err)
		}
		sql = rest
	}
	return nil
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
