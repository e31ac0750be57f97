package postgres

import (
	"fmt"
	"slices"
	"strings"
)

// A scope tells the types in a statement from what stands around its tokens:
// SQLite has no types to ask for.
type scope struct {
	*catalog
	list []token
	tag  string
}

// params returns the types of $1, $2, …: those that the client gives, then
// those that the statement tells, and text.
func (sc *scope) params(given []uint32) ([]dataType, error) {
	var list []dataType
	for i, t := range sc.list {
		if t.kind != param {
			continue
		}
		for len(list) < t.number {
			list = append(list, unknownType)
		}
		if p := &list[t.number-1]; *p == unknownType {
			if *p = sc.expected(i); *p == unknownType && sc.compared(i) {
				*p = looseType
			}
		}
	}
	for i := range list {
		used := slices.ContainsFunc(sc.list, func(t token) bool { return t.number == i+1 })
		switch {
		case i < len(given) && given[i] != 0:
			d := dataType(given[i])
			if d.String() == "text" && d != textType && d != 1043 { // varchar
				return nil, unsupported("a parameter of the type with OID %d", given[i])
			}
			list[i] = d
		case !used:
			return nil, sqlErrorf("42P18", "could not determine data type of parameter $%d", i+1)
		case list[i] == unknownType:
			list[i] = textType
		}
	}
	return list, nil
}

// compared reports whether a parameter is compared or reckoned with.
func (sc *scope) compared(i int) bool {
	return sc.at(i-1).is(operators...) || sc.at(i+1).is(operators...) || sc.at(i-1).is("BETWEEN") || sc.at(i-3).is("BETWEEN") || sc.at(sc.opening(i)-1).is("IN")
}

// replaceText writes numbers and truth values for text that stands for them:
// id = '42' compares numbers.
func (sc *scope) replaceText(sql string) (string, error) {
	start := sc.list[0].pos
	var out strings.Builder
	from := 0
	for i, t := range sc.list {
		if t.kind != text {
			continue
		}
		d := sc.expected(i)
		if d == unknownType || d == textType {
			continue
		}
		v, err := d.parse(strings.ReplaceAll(t.text[1:len(t.text)-1], "''", "'"))
		if err != nil {
			return "", err
		}
		out.WriteString(sql[from : t.pos-start])
		fmt.Fprintf(&out, " %v ", v)
		from = t.end - start
	}
	out.WriteString(sql[from:])
	return out.String(), nil
}

// at returns a token, or none when the index is outside of the statement.
func (sc *scope) at(i int) token {
	if i < 0 || i >= len(sc.list) {
		return token{}
	}
	return sc.list[i]
}

var operators = []string{"=", "<", ">", "<=", ">=", "<>", "!=", "+", "-", "*", "/", "%"}

// expected returns the type that the parameter or text at i must have.
func (sc *scope) expected(i int) dataType {
	before, after := sc.at(i-1), sc.at(i+1)
	switch {
	case before.is("LIKE", "||") || after.is("LIKE", "||"):
		return textType
	case before.is("LIMIT", "OFFSET"):
		return int8Type
	case before.is("BETWEEN"):
		return sc.ending(i - 2)
	case before.is("AND") && sc.at(i-3).is("BETWEEN"):
		return sc.ending(i - 4)
	}
	if before.is(operators...) {
		if d := sc.ending(i - 2); d != unknownType {
			return d
		}
	}
	if after.is(operators...) {
		if d := sc.beginning(i + 2); d != unknownType {
			return d
		}
	}
	if !before.is("(", ",") && !after.is("AS") {
		return unknownType
	}
	opens := sc.opening(i)
	switch caller := sc.at(opens - 1); {
	case caller.is("IN"):
		return sc.ending(opens - 2)
	case caller.is("pg_sleep"):
		return float8Type
	case caller.is("length"):
		return textType
	case caller.is("CAST") && after.is("AS"):
		return sc.castType(i + 2)
	case caller.is("coalesce", "nullif"):
		return sc.beginning(opens + 1)
	case caller.is("VALUES", ",") && sc.tag == "INSERT":
		return sc.stored(opens, i)
	}
	return unknownType
}

// stored returns the type of the column that the value at i of INSERT INTO t
// (…) VALUES (…) goes to.
func (sc *scope) stored(opens, i int) dataType {
	into := slices.IndexFunc(sc.list, func(t token) bool { return t.is("INTO") })
	fields := sc.of(sc.at(into + 1).name())
	position := 0
	for _, t := range sc.list[opens:i] {
		if t.is(",") && t.depth == sc.list[opens].depth {
			position++
		}
	}
	if first := into + 2; sc.at(first).is("(") {
		name := sc.at(first + 1 + 2*position) // a name, a comma, a name …
		for _, f := range fields {
			if name.text != "" && f.name == strings.ToLower(name.name()) {
				return f.dataType
			}
		}
		return unknownType
	}
	if position < len(fields) {
		return fields[position].dataType
	}
	return unknownType
}

// opening returns the index of the parenthesis around a token, or -1.
func (sc *scope) opening(i int) int {
	for j := i - 1; j >= 0; j-- {
		if sc.list[j].is("(") && sc.list[j].depth == sc.list[i].depth {
			return j
		}
	}
	return -1
}
