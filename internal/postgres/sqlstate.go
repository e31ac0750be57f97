package postgres

import (
	"fmt"

	"github.com/jackc/pgx/v5/pgproto3"
)

// An sqlError is what a client is told about a statement: a SQLSTATE, and the
// words that PostgreSQL uses for it.
type sqlError struct {
	code, message, hint       string
	table, column, constraint string
}

func (e *sqlError) Error() string { return e.message + " (" + e.code + ")" }

func (e *sqlError) response(severity string) *pgproto3.ErrorResponse {
	return &pgproto3.ErrorResponse{
		Severity: severity, SeverityUnlocalized: severity,
		Code: e.code, Message: e.message, Hint: e.hint,
		TableName: e.table, ColumnName: e.column, ConstraintName: e.constraint,
	}
}

func sqlErrorf(code, format string, args ...any) *sqlError {
	return &sqlError{code: code, message: fmt.Sprintf(format, args...)}
}

// unsupported is the answer to what a real PostgreSQL may well know. The
// sentence stands in the message, because lib/pq prints no hints.
func unsupported(format string, args ...any) *sqlError {
	return sqlErrorf("0A000", "%s: not supported by the workshop's embedded database, which knows only what the workshop needs; set DATABASE_URL to use a real PostgreSQL", fmt.Sprintf(format, args...))
}

// partHint stands with syntax errors: what SQLite cannot read, PostgreSQL might.
const partHint = "The workshop's embedded database reads a part of PostgreSQL's SQL. Set DATABASE_URL to use a real PostgreSQL."

func syntaxError(near string) *sqlError {
	e := sqlErrorf("42601", "syntax error at or near %q", near)
	if near == "" {
		e.message = "syntax error at end of input"
	}
	e.hint = partHint
	return e
}

var errCancelled = &sqlError{code: "57014", message: "canceling statement due to user request"}
