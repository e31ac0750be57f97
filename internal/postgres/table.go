package postgres

import "strings"

// adaptTable checks CREATE TABLE, as SQLite would take any type for a column,
// and keeps constraints that we could not name. It returns the statement for
// SQLite: without a row's own number, a primary key is NOT NULL, and nothing
// is numbered by itself.
func adaptTable(sql string, list []token) (string, error) {
	at := 2
	if len(list) > 5 && list[at].is("IF") && list[at+1].is("NOT") && list[at+2].is("EXISTS") {
		at += 3
	}
	if len(list) < at+3 {
		return "", syntaxError("")
	}
	last := len(list) - 1
	if !list[at+1].is("(") {
		return "", unsupported("CREATE TABLE … %s", list[at+1].text)
	}
	if !list[last].is(")") || list[last].depth != 1 {
		return "", unsupported("CREATE TABLE (…) … %s", list[last].text)
	}
	keyed := false
	for _, item := range commas(list[at+2:last], 1) {
		if len(item) == 0 {
			return "", syntaxError(")")
		}
		key, err := checkColumn(item)
		if err != nil {
			return "", err
		}
		keyed = keyed || key
	}
	if keyed {
		sql += " WITHOUT ROWID"
	}
	return sql, nil
}

// checkColumn checks a column, or a constraint of the table. It reports whether
// a primary key is in it.
func checkColumn(item []token) (key bool, err error) {
	first := item[0]
	if first.is("CONSTRAINT", "CHECK", "FOREIGN", "EXCLUDE", "LIKE") {
		return false, unsupported("%s in CREATE TABLE", strings.ToUpper(first.text))
	}
	rest := item
	if !first.is("PRIMARY", "UNIQUE") {
		if len(item) < 2 {
			return false, syntaxError("")
		}
		name := item[1].name()
		rest = item[2:]
		if name == "double" && len(rest) > 0 {
			name, rest = name+" "+rest[0].name(), rest[1:]
		}
		if _, ok := declared[name]; !ok {
			return false, unsupported("a column of type %s", name)
		}
	}
	for i, t := range rest {
		switch {
		case t.is("PRIMARY"):
			key = true
		case t.is("KEY", "UNIQUE", "NOT", "NULL", "DEFAULT", "TRUE", "FALSE", "-"), t.kind == number, t.kind == text:
		case t.depth > 1 && i > 0: // the columns of a key
		default:
			return false, unsupported("%s in CREATE TABLE", strings.ToUpper(t.text))
		}
	}
	return key, nil
}

// commas cuts a list at the commas of one depth.
func commas(list []token, depth int) [][]token {
	var items [][]token
	from := 0
	for i, t := range list {
		if t.is(",") && t.depth == depth {
			items = append(items, list[from:i])
			from = i + 1
		}
	}
	return append(items, list[from:])
}
