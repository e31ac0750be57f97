package postgres

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A kind is what a token is.
type kind byte

const (
	word   kind = iota // a keyword or a name
	quoted             // "a name"
	number             // 42, 1.5, 1e3
	text               // 'a string'
	param              // $1
	symbol             // everything else
)

// A token is a piece of a statement, without the space and comments around it.
type token struct {
	kind     kind
	text     string // as it is written
	pos, end int    // its bytes
	depth    int    // how many parentheses are open around it; those count as inside
	number   int    // of a parameter, from 1
}

// is reports whether a token is one of these keywords or symbols.
func (t token) is(any ...string) bool {
	for _, s := range any {
		if (t.kind == word || t.kind == symbol) && strings.EqualFold(t.text, s) {
			return true
		}
	}
	return false
}

// name returns the name that a token stands for, as PostgreSQL folds it.
func (t token) name() string {
	if t.kind == quoted {
		return strings.ReplaceAll(t.text[1:len(t.text)-1], `""`, `"`)
	}
	return strings.ToLower(t.text)
}

// maxParam is the number of the last parameter that the protocol can carry.
const maxParam = 65535

// lex cuts SQL into tokens. It refuses what SQLite reads in another way than
// PostgreSQL, and what only one of them reads.
func lex(sql string) ([]token, error) {
	if !utf8.ValidString(sql) {
		return nil, sqlErrorf("22021", "invalid byte sequence for encoding \"UTF8\"")
	}
	var list []token
	depth := 0
	for pos := 0; pos < len(sql); {
		rest := sql[pos:]
		t := token{pos: pos}
		n := 1
		switch c := rest[0]; {
		case strings.ContainsRune(" \t\r\n\f\v", rune(c)):
			pos++
			continue
		case strings.HasPrefix(rest, "--"):
			n = until(rest, "\n", len(rest))
			pos += n
			continue
		case strings.HasPrefix(rest, "/*"):
			if n = until(rest[2:], "*/", -1); n < 0 {
				return nil, sqlErrorf("42601", "unterminated /* comment")
			}
			pos += 2 + n
			continue
		case c == '\'' || c == '"':
			t.kind = text
			if c == '"' {
				t.kind = quoted
			}
			if n = quotedLength(rest, c); n == 0 {
				return nil, sqlErrorf("42601", "unterminated quoted string at or near %q", rest)
			}
		case c >= '0' && c <= '9' || c == '.' && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9':
			t.kind, n = number, numberLength(rest)
		case c == '$':
			t.kind = param
			for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
				n++
			}
			number, err := strconv.Atoi(rest[1:n])
			if n == 1 {
				return nil, unsupported("text in dollar quotes")
			}
			if err != nil || number < 1 || number > maxParam {
				return nil, sqlErrorf("42P02", "there is no parameter %s", rest[:n])
			}
			t.number = number
		case c == '_' || c >= utf8.RuneSelf || unicode.IsLetter(rune(c)):
			t.kind, n = word, len(rest)-len(strings.TrimLeftFunc(rest, isNamePart))
			if n < len(rest) && rest[n] == '\'' {
				return nil, unsupported("text of the form %s'…'", rest[:n])
			}
			if n == 0 { // a rune that is no part of a name
				return nil, syntaxError(firstRune(rest))
			}
		case strings.HasPrefix(rest, "::"):
			return nil, unsupported("a cast with ::")
		case c == '[':
			return nil, unsupported("an array")
		case strings.ContainsRune("?@#:`\\{}]", rune(c)), strings.HasPrefix(rest, "=="): // SQLite knows most of these
			return nil, syntaxError(rest[:1])
		default:
			t.kind = symbol
			for _, two := range []string{"<=", ">=", "<>", "!=", "||", "->"} {
				if strings.HasPrefix(rest, two) {
					n = 2
				}
			}
			if c == '(' {
				depth++
			}
		}
		t.text, t.end, t.depth = rest[:n], pos+n, depth
		if t.is(")") {
			depth--
		}
		list = append(list, t)
		pos += n
	}
	return list, nil
}

// until returns how far it is to the end of what s ends with, or otherwise.
func until(s, end string, otherwise int) int {
	if i := strings.Index(s, end); i >= 0 {
		return i + len(end)
	}
	return otherwise
}

// quotedLength returns the length of what stands in quotes at the beginning,
// where a doubled quote is one; 0 when it has no end.
func quotedLength(s string, quote byte) int {
	for i := 1; i < len(s); i++ {
		if s[i] != quote {
			continue
		}
		if i+1 < len(s) && s[i+1] == quote {
			i++
			continue
		}
		return i + 1
	}
	return 0
}

func numberLength(s string) int {
	n := 0
	for n < len(s) && (isDigit(s[n]) || s[n] == '.' || (s[n] == 'e' || s[n] == 'E') || (s[n] == '+' || s[n] == '-') && (s[n-1] == 'e' || s[n-1] == 'E')) {
		n++
	}
	return n
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isNamePart(r rune) bool {
	return r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

func firstRune(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return s[:n]
}

// split cuts a text into its statements, at the semicolons. Empty ones are
// left out.
func split(list []token) [][]token {
	var all [][]token
	from := 0
	for i, t := range list {
		if t.is(";") {
			if i > from {
				all = append(all, list[from:i])
			}
			from = i + 1
		}
	}
	if from < len(list) {
		all = append(all, list[from:])
	}
	return all
}
