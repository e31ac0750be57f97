package postgres

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/ncruces/go-sqlite3"
)

// meanings translates SQLite's messages: $1 and so on are what was found.
var meanings = []struct {
	pattern       *regexp.Regexp
	code, message string
}{
	{regexp.MustCompile(`^no such table: (.+)$`), "42P01", `relation "$1" does not exist`},
	{regexp.MustCompile(`^table (\S+) has no column named (.+)$`), "42703", `column "$2" of relation "$1" does not exist`},
	{regexp.MustCompile(`^no such column: "(.+?)"`), "42703", `column "$1" does not exist`},
	{regexp.MustCompile(`^no such column: ([^.]+\..+)$`), "42703", `column $1 does not exist`},
	{regexp.MustCompile(`^no such column: (.+)$`), "42703", `column "$1" does not exist`},
	{regexp.MustCompile(`^ambiguous column name: (.+)$`), "42702", `column reference "$1" is ambiguous`},
	{regexp.MustCompile(`^table (.+) already exists$`), "42P07", `relation "$1" already exists`},
	{regexp.MustCompile(`(?s)^near "(.*)": syntax error$`), "42601", `syntax error at or near "$1"`},
	{regexp.MustCompile(`(?s)^unrecognized token: "(.*)"$`), "42601", `syntax error at or near "$1"`},
	{regexp.MustCompile(`^incomplete input$`), "42601", `syntax error at end of input`},
	{regexp.MustCompile(`^(\d+) values for (\d+) columns$`), "42601", `INSERT has $1 expressions for $2 target columns`},
	{regexp.MustCompile(`^table (\S+) has (\d+) columns but (\d+) values were supplied$`), "42601", `INSERT has $3 expressions for the $2 columns of "$1"`},
	{regexp.MustCompile(`^wrong number of arguments to function (.+)\(\)$`), "42883", `function $1 does not exist with that many arguments`},
	{regexp.MustCompile(`^duplicate column name: (.+)$`), "42701", `column "$1" specified more than once`},
	{regexp.MustCompile(`^ON CONFLICT clause does not match`), "42P10", `there is no unique or exclusion constraint matching the ON CONFLICT specification`},
	{regexp.MustCompile(`^(?:misuse of aggregate.*|aggregate functions are not allowed.*)$`), "42803", `$0`},
}

// failed is the beginning of SQLite's messages about constraints.
var failed = regexp.MustCompile(`^(UNIQUE|NOT NULL) constraint failed: ([^.]+)\.(.+)$`)

// translate says in PostgreSQL's words what SQLite says.
func translate(err error) *sqlError {
	if already, ok := errors.AsType[*sqlError](err); ok {
		return already
	}
	code, _ := errors.AsType[sqlite3.ExtendedErrorCode](err)
	message := strings.TrimPrefix(err.Error(), code.Error()+": ")
	switch code.Code() {
	case sqlite3.INTERRUPT:
		return errCancelled
	case sqlite3.TOOBIG:
		return sqlErrorf("54000", "the statement or a value of it is too long")
	case sqlite3.FULL, sqlite3.NOMEM:
		return sqlErrorf("53100", "the embedded database is full")
	case sqlite3.CONSTRAINT:
		if m := failed.FindStringSubmatch(message); m != nil {
			return violation(m[1], m[2], m[3], code)
		}
	case sqlite3.ERROR:
		if name, ok := strings.CutPrefix(message, "no such function: "); ok {
			return unsupported("the function %s", name)
		}
		for _, m := range meanings {
			found := m.pattern.FindStringSubmatchIndex(message)
			if found == nil {
				continue
			}
			e := &sqlError{code: m.code, message: string(m.pattern.ExpandString(nil, m.message, message, found))}
			if m.code == "42601" {
				e.hint = partHint
			}
			return e
		}
		return &sqlError{code: "42601", message: message, hint: partHint}
	}
	return &sqlError{code: "XX000", message: "SQLite: " + message, hint: partHint}
}

// violation names a constraint as PostgreSQL does by itself.
func violation(kind, table, columns string, code sqlite3.ExtendedErrorCode) *sqlError {
	if kind == "NOT NULL" {
		e := sqlErrorf("23502", "null value in column %q of relation %q violates not-null constraint", columns, table)
		e.table, e.column = table, columns
		return e
	}
	constraint := table + "_pkey"
	if code != sqlite3.CONSTRAINT_PRIMARYKEY {
		constraint = table + "_" + strings.ReplaceAll(columns, ", "+table+".", "_") + "_key"
	}
	e := sqlErrorf("23505", "duplicate key value violates unique constraint %q", constraint)
	e.table, e.constraint = table, constraint
	return e
}

// reword makes the message about a statement that cannot be prepared that of
// PostgreSQL, where SQLite tells less.
func reword(err error, tag string, list []token) error {
	e, ok := errors.AsType[*sqlError](err)
	if !ok {
		return err
	}
	for i, t := range list {
		isName := strings.Contains(e.message, `"`+t.text+`"`)
		switch {
		case !isName || t.kind != word:
		case e.code == "42P01" && tag == "DROP TABLE":
			e.message = fmt.Sprintf("table %q does not exist", t.name())
		case e.code == "42P01":
			e.message = fmt.Sprintf("relation %q does not exist", t.name())
		case e.code == "42703" && tag == "UPDATE" && i > 1 && list[i-1].is("SET", ","):
			e.message = fmt.Sprintf("column %q of relation %q does not exist", t.name(), list[1].name())
		}
	}
	return e
}
