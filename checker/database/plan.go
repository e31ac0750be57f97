package database

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A plan is what a text asks for, whatever its parameters are. It is made once
// for each text: a check may ask the same thousands of times.
type plan struct {
	wrong     string   // the word that it begins with, which no statement does; or ""
	orders    bool     // whether it asks for orders
	parameter int      // the parameter that it compares with the id, the first is 1; or 0
	number    string   // that stands in its condition; or ""
	columns   []string // the names of what it asks for
}

var plans sync.Map // by the text

func planOf(text string) *plan {
	p, ok := plans.Load(text)
	if !ok {
		p, _ = plans.LoadOrStore(text, newPlan(Plain(text)))
	}
	return p.(*plan)
}

var (
	comments      = regexp.MustCompile(`(?s)/\*.*?\*/|--[^\n]*`)
	inParentheses = regexp.MustCompile(`\([^()]*\)`)
	selected      = regexp.MustCompile(`(?is)^\s*select\s+(.*?)\s+from\s`)
	fromOrders    = regexp.MustCompile(`(?is)\bfrom\s+("?\w+"?\.)?"?orders\b`)
	parameter     = regexp.MustCompile(`(?is)\bid"?\s*(?:=|in\b|=\s*any\b)[\s(]*\$(\d+)`)
	condition     = regexp.MustCompile(`(?is)\bwhere\b.*?'?(\d+)'?\s*\)*\s*(limit\s+\d+\s*)?;?\s*$`)
	firstWord     = regexp.MustCompile(`^\W*(\w*)`)
)

// commands are what a statement can begin with.
var commands = strings.Fields(`select with table values insert update delete merge begin start commit end rollback abort
	savepoint release set reset show explain prepare execute deallocate discard declare fetch move close lock call do listen notify`)

func newPlan(plain string) *plan {
	p := &plan{orders: fromOrders.MatchString(plain), columns: columns(plain)}
	if word := firstWord.FindStringSubmatch(plain)[1]; !slices.Contains(commands, strings.ToLower(word)) {
		p.wrong = word
	}
	if m := parameter.FindStringSubmatch(plain); m != nil {
		p.parameter, _ = strconv.Atoi(m[1]) // of very many digits it is a large one, or none
	}
	if m := condition.FindStringSubmatch(plain); m != nil {
		p.number = m[1]
	}
	return p
}

// Plain returns the text of a query without comments, and with single spaces:
// what it asks for, however it is written.
func Plain(text string) string {
	text = strings.Join(strings.Fields(comments.ReplaceAllString(text, " ")), " ")
	return strings.TrimSpace(strings.TrimSuffix(text, ";"))
}

// columns returns the names of what is asked for.
func columns(plain string) []string {
	m := selected.FindStringSubmatch(plain)
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
