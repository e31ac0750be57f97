package database

import (
	"database/sql/driver"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// read returns PostgreSQL's error for a text that begins like no statement.
func (q *Query) read() error {
	if word := planOf(q.Text).wrong; word != "" {
		return noSQL(word)
	}
	return nil
}

// order finds out which order is asked for: by the parameter that the text
// compares with the id, by the first parameter that is a number, or, where
// there is none, by the number that stands in the text. A query that has to do
// with no order asks for none.
func (q *Query) order() (asks bool, err error) {
	p := planOf(q.Text)
	if !p.orders && len(q.Args) == 0 {
		return false, nil
	}
	if n := p.parameter; n >= 1 && n <= len(q.Args) {
		if id, ok := number(q.Args[n-1]); ok {
			q.Order = id
			return true, nil
		}
	}
	for _, arg := range q.Args {
		if id, ok := number(arg); ok {
			q.Order = id
			return true, nil
		}
	}
	if p.number == "" {
		return false, misunderstood(q.Text)
	}
	q.Order, err = strconv.ParseInt(p.number, 10, 64)
	return true, err
}

var digits = regexp.MustCompile(`\d+`)

// number returns the number in a parameter: 42, "42", or the array "{42}".
func number(arg any) (int64, bool) {
	switch arg := arg.(type) {
	case int64:
		return arg, true
	case string, []byte:
		text := fmt.Sprintf("%s", arg)
		if m := digits.FindString(text); m != "" && strings.Trim(text, "{} ") == m {
			id, err := strconv.ParseInt(m, 10, 64)
			return id, err == nil
		}
	}
	return 0, false
}

// columns returns the names of what is asked for.
func (q *Query) columns() []string { return slices.Clone(planOf(q.Text).columns) }

// row returns an order's values, in the order of the columns.
func (q *Query) row(status driver.Value) []driver.Value {
	var values []driver.Value
	for _, name := range planOf(q.Text).columns {
		name, _, _ = strings.Cut(name[strings.LastIndex(name, ".")+1:], " ") // without AS
		switch strings.Trim(strings.ToLower(name), `"`) {
		case "id":
			values = append(values, q.Order)
		default:
			values = append(values, status)
		}
	}
	return values
}
