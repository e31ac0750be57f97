package database

import (
	"database/sql/driver"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var (
	inParentheses = regexp.MustCompile(`\([^()]*\)`)

	selected  = regexp.MustCompile(`(?is)^\s*select\s+(.*?)\s+from\s`)
	condition = regexp.MustCompile(`(?is)\bwhere\b.*?'?(\d+)'?\s*(limit\s+\d+\s*)?;?\s*$`)
)

// order returns the id of the order that is asked for: the argument, or, where
// there is none, the number that stands in the text.
func (q Query) order() (int64, error) {
	if len(q.Args) > 0 {
		if id, ok := q.Args[0].(int64); ok {
			return id, nil
		}
		return strconv.ParseInt(fmt.Sprint(q.Args[0]), 10, 64)
	}
	m := condition.FindStringSubmatch(q.Text)
	if m == nil {
		return 0, fmt.Errorf("the checks' database does not understand %q: it knows SELECT status FROM orders WHERE id = $1", q.Text)
	}
	return strconv.ParseInt(m[1], 10, 64)
}

// columns returns the names of what is asked for.
func (q Query) columns() []string {
	m := selected.FindStringSubmatch(q.Text)
	if m == nil {
		return []string{"status"}
	}
	var names []string
	for name := range strings.SplitSeq(inParentheses.ReplaceAllString(m[1], ""), ",") {
		if name = strings.TrimSpace(name); name == "*" {
			names = append(names, "id", "status") // as the table has them
		} else {
			names = append(names, name)
		}
	}
	return names
}

// row returns an order's values, in the order of the columns.
func (q Query) row(id int64, status string) []driver.Value {
	var values []driver.Value
	for _, name := range q.columns() {
		switch strings.ToLower(name[strings.LastIndex(name, ".")+1:]) {
		case "id":
			values = append(values, id)
		default:
			values = append(values, status)
		}
	}
	return values
}
