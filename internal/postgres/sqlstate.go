package postgres

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/ncruces/go-sqlite3"
)

// An sqlError is what a client is told about a statement: a SQLSTATE, and the
// words that PostgreSQL uses for it.
type sqlError struct{ code, message string }

func (e *sqlError) Error() string { return e.message + " (" + e.code + ")" }

func (e *sqlError) response(severity string) *pgproto3.ErrorResponse {
	r := &pgproto3.ErrorResponse{Severity: severity, SeverityUnlocalized: severity, Code: e.code, Message: e.message}
	if e.code == "42601" {
		r.Hint = "The workshop's embedded database reads a part of PostgreSQL's SQL. Set DATABASE_URL to use a real PostgreSQL."
	}
	return r
}

func sqlErrorf(code, format string, args ...any) *sqlError {
	return &sqlError{code: code, message: fmt.Sprintf(format, args...)}
}

// unsupported is the answer to what a real PostgreSQL may well know. The
// sentence stands in the message, because lib/pq prints no hints.
func unsupported(format string, args ...any) *sqlError {
	return sqlErrorf("0A000", "%s: not supported by the workshop's embedded database, which knows only what the workshop needs; set DATABASE_URL to use a real PostgreSQL", fmt.Sprintf(format, args...))
}

func syntaxError(near string) *sqlError {
	return sqlErrorf("42601", "syntax error at or near %q", near)
}

func notANumber(s string) *sqlError {
	return sqlErrorf("22P02", "invalid input syntax for type bigint: %q", s)
}

var errCancelled = &sqlError{code: "57014", message: "canceling statement due to user request"}

// meanings translates SQLite's messages: $1 and so on are what was found.
var meanings = []struct {
	pattern       *regexp.Regexp
	code, message string
}{
	{regexp.MustCompile(`^no such table: (.+)$`), "42P01", `relation "$1" does not exist`},
	{regexp.MustCompile(`^table (.+) already exists$`), "42P07", `relation "$1" already exists`},
	{regexp.MustCompile(`^table (\S+) has no column named (.+)$`), "42703", `column "$2" of relation "$1" does not exist`},
	{regexp.MustCompile(`^no such column: (\w+\..+)$`), "42703", `column $1 does not exist`},
	{regexp.MustCompile(`^no such column: "?([^"]+).*$`), "42703", `column "$1" does not exist`},
	{regexp.MustCompile(`(?s)^near "(.*)": syntax error$`), "42601", `syntax error at or near "$1"`},
	{regexp.MustCompile(`(?s)^unrecognized token: "(.*)"$`), "42601", `syntax error at or near "$1"`},
	{regexp.MustCompile(`^incomplete input$`), "42601", `syntax error at end of input`},
	{regexp.MustCompile(`^.* values (?:for \d+ columns|were supplied)$`), "42601", `$0`},
	{regexp.MustCompile(`^UNIQUE constraint failed: (.+)$`), "23505", `duplicate key value violates unique constraint on $1`},
	{regexp.MustCompile(`^NOT NULL constraint failed: (.+)\.(.+)$`), "23502", `null value in column "$2" of relation "$1" violates not-null constraint`},
	{regexp.MustCompile(`^cannot store .* in INT column (.+)\.(.+)$`), "22P02", `invalid input syntax for type bigint in column "$2" of relation "$1"`},
}

// elsewhere matches SQLite's messages about what PostgreSQL may know.
var elsewhere = regexp.MustCompile(`^(?:no such function: |unknown datatype for )(.+)$`)

// translate says in PostgreSQL's words what SQLite says.
func translate(err error) *sqlError {
	if already, ok := errors.AsType[*sqlError](err); ok {
		return already
	}
	if errors.Is(err, sqlite3.INTERRUPT) {
		return errCancelled
	}
	code, _ := errors.AsType[sqlite3.ExtendedErrorCode](err)
	message := strings.TrimPrefix(err.Error(), code.Error()+": ")
	if m := elsewhere.FindStringSubmatch(message); m != nil {
		return unsupported("%s", m[1])
	}
	for _, m := range meanings {
		if m.pattern.MatchString(message) {
			return &sqlError{code: m.code, message: m.pattern.ReplaceAllString(message, m.message)}
		}
	}
	return &sqlError{code: "XX000", message: "SQLite: " + message}
}
