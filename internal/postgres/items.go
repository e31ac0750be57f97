package postgres

// resultItems cuts what a statement returns into the expressions of its
// columns: what follows SELECT or RETURNING, or the first row of VALUES.
func resultItems(list []token, tag string) [][]token {
	if len(list) == 0 {
		return nil
	}
	depth := list[0].depth
	for i, t := range list {
		if t.depth != depth {
			continue
		}
		switch {
		case t.is("RETURNING"):
			return commas(list[i+1:], depth)
		case tag == "SELECT" && t.is("SELECT"):
			rest := list[i+1:]
			if len(rest) > 0 && rest[0].is("DISTINCT", "ALL") {
				rest = rest[1:]
			}
			for j, t := range rest {
				if t.depth == depth && t.is("FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "UNION", "EXCEPT", "INTERSECT", "WINDOW", "FETCH") {
					rest = rest[:j]
					break
				}
			}
			return commas(rest, depth)
		case tag == "SELECT" && t.is("VALUES"):
			for j := i + 2; j < len(list); j++ {
				if list[j].is(")") && list[j].depth == depth+1 {
					return commas(list[i+2:j], depth+1)
				}
			}
		}
	}
	return nil
}

// expandStar puts as many unknown expressions in the place of a * as make it
// count columns. They are columns of tables, which tell their types themselves.
func expandStar(items [][]token, count int) [][]token {
	for i, item := range items {
		if len(item) > 0 && item[len(item)-1].is("*") && count >= len(items) {
			all := append([][]token{}, items[:i]...)
			all = append(all, make([][]token, count-len(items)+1)...)
			return append(all, items[i+1:]...)
		}
	}
	return items
}

// withoutAlias cuts "AS name", or a name alone, off an expression.
func withoutAlias(item []token) []token {
	if n := alias(item); n > 0 {
		return item[:len(item)-n]
	}
	return item
}

// alias returns how many tokens at the end of an expression name it.
func alias(item []token) int {
	n := len(item)
	if n < 2 || item[n-1].kind != word && item[n-1].kind != quoted {
		return 0
	}
	switch before := item[n-2]; {
	case before.is("AS"):
		return 2
	case before.kind == symbol && !before.is(")"), item[n-1].is("END", "NULL", "TRUE", "FALSE"), before.is("NOT", "AND", "OR", "IS", "IN", "LIKE", "BETWEEN"):
		return 0
	}
	return 1
}

// columnName returns the name of a result column as PostgreSQL gives it, where
// SQLite gives the text of the expression.
func columnName(item []token, name string) string {
	n := len(item)
	switch {
	case n == 0:
		return token{kind: word, text: name}.name()
	case alias(item) > 0:
		return item[n-1].name()
	case n == 1 || item[n-2].is("."):
		if last := item[n-1]; last.kind == word && !last.is("TRUE", "FALSE", "NULL") || last.kind == quoted {
			return last.name()
		}
	case item[0].kind == word && item[1].is("(") && item[n-1].is(")") && item[n-1].depth == item[1].depth || item[0].is("CASE"):
		return item[0].name()
	}
	return "?column?"
}
