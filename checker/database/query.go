package database

import (
	"database/sql/driver"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var (
	comments      = regexp.MustCompile(`(?s)/\*.*?\*/|--[^\n]*`)
	inParentheses = regexp.MustCompile(`\([^()]*\)`)
	selected      = regexp.MustCompile(`(?is)^\s*select\s+(.*?)\s+from\s`)
	fromOrders    = regexp.MustCompile(`(?is)\bfrom\s+("?\w+"?\.)?"?orders\b`)
	parameter     = regexp.MustCompile(`(?is)\bid"?\s*(?:=|in\b|=\s*any\b)[\s(]*\$(\d+)`)
	condition     = regexp.MustCompile(`(?is)\bwhere\b.*?'?(\d+)'?\s*\)*\s*(limit\s+\d+\s*)?;?\s*$`)
	digits        = regexp.MustCompile(`\d+`)
	firstWord     = regexp.MustCompile(`^\W*(\w*)`)
	commands      = regexp.MustCompile(`(?i)^(select|with|table|values|insert|update|delete|merge|begin|start|commit|end|rollback|abort|savepoint|release|set|reset|show|explain|prepare|execute|deallocate|discard|declare|fetch|move|close|lock|call|do|listen|notify)$`)
)

// read returns PostgreSQL's error for a text that begins like no statement.
func (q *Query) read() error {
	word := firstWord.FindStringSubmatch(Plain(q.Text))[1]
	if word == "" || commands.MatchString(word) {
		return nil
	}
	return noSQL(word)
}

// Plain returns the text of a query without comments, and with single spaces:
// what it asks for, however it is written.
func Plain(text string) string {
	text = strings.Join(strings.Fields(comments.ReplaceAllString(text, " ")), " ")
	return strings.TrimSpace(strings.TrimSuffix(text, ";"))
}

// order finds out which order is asked for: by the parameter that the text
// compares with the id, by the first parameter that is a number, or, where
// there is none, by the number that stands in the text. A query that has to do
// with no order asks for none.
func (q *Query) order() (asks bool, err error) {
	text := Plain(q.Text)
	if !fromOrders.MatchString(text) && len(q.Args) == 0 {
		return false, nil
	}
	if m := parameter.FindStringSubmatch(text); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n >= 1 && n <= len(q.Args) {
			if id, ok := number(q.Args[n-1]); ok {
				q.Order = id
				return true, nil
			}
		}
	}
	for _, arg := range q.Args {
		if id, ok := number(arg); ok {
			q.Order = id
			return true, nil
		}
	}
	m := condition.FindStringSubmatch(text)
	if m == nil {
		return false, misunderstood(q.Text)
	}
	q.Order, err = strconv.ParseInt(m[1], 10, 64)
	return true, err
}

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
func (q *Query) columns() []string {
	m := selected.FindStringSubmatch(Plain(q.Text))
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
func (q *Query) row(status driver.Value) []driver.Value {
	var values []driver.Value
	for _, name := range q.columns() {
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
