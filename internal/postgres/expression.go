package postgres

import "strings"

// literal returns the type of a token that stands for itself.
func literal(t token) dataType {
	switch {
	case t.kind == number && strings.ContainsAny(t.text, ".eE"):
		return float8Type
	case t.kind == number && len(t.text) < 10:
		return int4Type
	case t.kind == number:
		return int8Type
	case t.kind == text:
		return textType
	case t.is("TRUE", "FALSE"):
		return boolType
	}
	return unknownType
}

// ending returns the type of the operand whose last token is at i.
func (sc *scope) ending(i int) dataType {
	t := sc.at(i)
	switch {
	case t.is("NOT"): // x NOT BETWEEN, x NOT IN
		return sc.ending(i - 1)
	case t.is(")"):
		for j := i - 1; j >= 0; j-- {
			if sc.list[j].is("(") && sc.list[j].depth == t.depth {
				return sc.beginning(j - 1)
			}
		}
		return unknownType
	}
	if d := literal(t); d != unknownType {
		return d
	}
	if t.kind == word || t.kind == quoted {
		return sc.column(t.name())
	}
	return unknownType
}

// beginning returns the type of the operand whose first token is at i.
func (sc *scope) beginning(i int) dataType {
	t := sc.at(i)
	switch {
	case sc.at(i + 1).is("."):
		return sc.beginning(i + 2)
	case t.is("-"):
		return sc.beginning(i + 1)
	case t.is("CAST"):
		for j := i + 1; j < len(sc.list); j++ {
			if sc.list[j].is("AS") && sc.list[j].depth == sc.at(i+1).depth {
				return sc.castType(j + 1)
			}
		}
	case sc.at(i+1).is("(") && t.kind == word:
		d := functions[t.name()]
		if d == unknownType {
			d = sc.beginning(i + 2)
		}
		if t.is("sum") && d != float8Type { // which is wider than what it adds
			d = map[dataType]dataType{int4Type: int8Type}[d]
			if d == unknownType {
				d = numericType
			}
		}
		return d
	}
	if d := literal(t); d != unknownType {
		return d
	}
	if t.kind == word || t.kind == quoted {
		return sc.column(t.name())
	}
	return unknownType
}

// castType returns the type that is named at i.
func (sc *scope) castType(i int) dataType {
	name := sc.at(i).name()
	if name == "double" {
		name += " " + sc.at(i+1).name()
	}
	return declared[name]
}

// typeOf returns the type of an expression of a result, from its shape.
func (sc *scope) typeOf(item []token, params []dataType) dataType {
	item = withoutAlias(item)
	if len(item) == 0 {
		return unknownType
	}
	depth := item[0].depth
	if item[0].is("(") {
		depth--
	}
	within := &scope{catalog: sc.catalog, list: item}
	arithmetic := unknownType
	for i, t := range item {
		switch {
		case t.depth != depth:
		case t.is("=", "<", ">", "<=", ">=", "<>", "!=", "AND", "OR", "NOT", "IS", "IN", "LIKE", "BETWEEN", "EXISTS"):
			return boolType
		case t.is("||"):
			return textType
		case t.is("CASE"):
			return unknownType
		case t.is("+", "-", "*", "/", "%"):
			for _, d := range []dataType{within.ending(i - 1), within.beginning(i + 1)} {
				arithmetic = wider(arithmetic, d)
			}
		}
	}
	switch first := item[0]; {
	case arithmetic != unknownType:
		return arithmetic
	case first.kind == param && len(item) == 1:
		return params[first.number-1]
	case first.is("(") && len(item) > 2 && item[1].is("SELECT"): // a value that is selected
		if items := resultItems(item[1:len(item)-1], "SELECT"); len(items) > 0 {
			return sc.typeOf(items[0], params)
		}
	case first.is("("):
		return sc.typeOf(item[1:len(item)-1], params)
	}
	return within.beginning(0)
}

// wider returns the type of the result of arithmetic with both.
func wider(a, b dataType) dataType {
	for _, d := range []dataType{float8Type, numericType, int8Type, int4Type} {
		if a == d || b == d {
			return d
		}
	}
	return unknownType
}
