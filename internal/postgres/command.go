package postgres

import (
	"slices"
	"strings"
)

// refusedCommands begin statements that PostgreSQL knows and the embedded
// database does not.
var refusedCommands = strings.Fields(`ALTER ANALYZE CALL CHECKPOINT CLOSE CLUSTER COMMENT COPY CREATE DEALLOCATE DECLARE
	DISCARD DO DROP EXECUTE EXPLAIN FETCH GRANT IMPORT LISTEN LOAD LOCK MERGE MOVE NOTIFY PREPARE REASSIGN REFRESH REINDEX
	RELEASE RESET REVOKE SAVEPOINT SECURITY SET SHOW START TABLE TRUNCATE UNLISTEN VACUUM`)

// command returns the tag of a statement that the embedded database knows.
func command(list []token) (string, error) {
	first, second := list[0], token{}
	if len(list) > 1 {
		second = list[1]
	}
	switch {
	case first.is("SELECT", "VALUES"):
		return "SELECT", nil
	case first.is("INSERT", "UPDATE", "DELETE"):
		return strings.ToUpper(first.text), nil
	case first.is("WITH"):
		for _, t := range list {
			if t.depth == 0 && t.is("SELECT", "VALUES", "INSERT", "UPDATE", "DELETE") {
				return command([]token{t})
			}
		}
		return "", syntaxError("")
	case first.is("CREATE", "DROP") && second.is("TABLE"):
		return strings.ToUpper(first.text) + " TABLE", nil
	case first.is("BEGIN"):
		return "BEGIN", nil
	case first.is("START") && second.is("TRANSACTION"):
		return "START TRANSACTION", nil
	case first.is("COMMIT", "END"):
		return "COMMIT", nil
	case first.is("ROLLBACK", "ABORT"):
		return "ROLLBACK", nil
	case first.is("SET") && second.is("TRANSACTION"):
		return "SET", nil
	case first.is(refusedCommands...):
		name := strings.ToUpper(first.text)
		if second.kind == word && first.is("CREATE", "DROP", "ALTER", "SET") {
			name += " " + strings.ToUpper(second.text)
		}
		return "", unsupported("%s", name)
	}
	return "", syntaxError(first.text)
}

// transactionMode reads what follows BEGIN, COMMIT, ROLLBACK and SET: the only
// isolation there is, and whether the transaction only reads.
func transactionMode(list []token) (readOnly bool, err error) {
	var words []string
	for i, t := range list {
		if noise := i == 1 && t.is("WORK", "TRANSACTION") || t.is(","); !noise {
			words = append(words, strings.ToUpper(t.text))
		}
	}
	for rest := words[1:]; len(rest) > 0; {
		switch {
		case starts(rest, "ISOLATION", "LEVEL", "READ", "COMMITTED"), starts(rest, "ISOLATION", "LEVEL", "READ", "UNCOMMITTED"):
			rest = rest[4:]
		case starts(rest, "READ", "ONLY"):
			readOnly, rest = true, rest[2:]
		case starts(rest, "READ", "WRITE"):
			readOnly, rest = false, rest[2:]
		default:
			return false, unsupported("%s", strings.Join(words, " "))
		}
	}
	return readOnly, nil
}

func starts(words []string, with ...string) bool {
	return len(words) >= len(with) && slices.Equal(words[:len(with)], with)
}

// refuse looks for what PostgreSQL reads and SQLite does not, or reads in
// another way. The list has what people write; the rest is a syntax error with
// a hint.
func refuse(list []token) error {
	for i, t := range list {
		var before, after token
		if i > 0 {
			before = list[i-1]
		}
		if i+1 < len(list) {
			after = list[i+1]
		}
		switch {
		case t.is("ILIKE", "SIMILAR", "LATERAL", "ARRAY", "INTERVAL", "TABLESAMPLE"):
			return unsupported("%s", strings.ToUpper(t.text))
		case t.is("ANY", "SOME", "ALL") && after.is("("):
			return unsupported("%s(…)", strings.ToUpper(t.text))
		case t.is("DISTINCT") && after.is("ON"):
			return unsupported("DISTINCT ON")
		case t.is("FOR") && after.is("UPDATE", "SHARE", "NO", "KEY"):
			return unsupported("SELECT … FOR %s", strings.ToUpper(after.text))
		case t.is("OR") && before.is("INSERT", "UPDATE"), t.is("GLOB", "REGEXP", "MATCH", "INDEXED"): // SQLite's own
			return syntaxError(t.text)
		case before.is("FROM", "JOIN", "INTO", "UPDATE", "TABLE", "EXISTS") && (t.kind == word || t.kind == quoted):
			if err := refuseTable(t, after, before.is("FROM", "JOIN")); err != nil {
				return err
			}
		}
	}
	return nil
}

func refuseTable(t, after token, read bool) error {
	switch name := t.name(); {
	case after.is("."):
		return unsupported("a table's schema (%s.…)", t.text)
	case after.is("(") && read:
		return unsupported("a function in FROM (%s)", t.text)
	case strings.HasPrefix(name, "pg_"):
		return unsupported("the system catalog (%s)", t.text)
	case strings.HasPrefix(name, "sqlite_"), strings.HasPrefix(name, "pragma_"):
		return sqlErrorf("42P01", "relation %q does not exist", name)
	}
	return nil
}
