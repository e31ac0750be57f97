package postgres

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/ncruces/go-sqlite3"
)

// The types of values, by the numbers that PostgreSQL gives them in pg_type.
const (
	int8OID uint32 = 20
	textOID uint32 = 25
)

// sqliteInt is how SQLite calls the type of a bigint column.
const sqliteInt = "INT"

// A statement is prepared: SQLite's program, and what PostgreSQL would tell
// about it.
type statement struct {
	tag      string        // how its end is told, without a count: SELECT, INSERT, BEGIN …; "" when there is nothing to do
	stmt     *sqlite3.Stmt // nil for transactions and the empty statement
	readOnly bool          // of BEGIN
	params   []uint32      // int8OID or textOID
	columns  []uint32      // likewise
}

var (
	blank = regexp.MustCompile(`^(?:[\s;]|--[^\n]*|/\*(?s:.*?)\*/)+`)

	// known matches the statements that are passed to SQLite.
	known = regexp.MustCompile(`(?i)^(?:SELECT|VALUES|WITH|INSERT|UPDATE|DELETE|CREATE\s+TABLE|DROP\s+TABLE)\b`)

	// foreignHead and foreign match what people write for PostgreSQL, and
	// SQLite cannot read. They say why a statement is refused, and nothing else.
	foreignHead = regexp.MustCompile(`(?i)^(?:ABORT|ALTER|ANALYZE|BEGIN|CALL|COMMENT|COMMIT|COPY|CREATE\s+\w+|DEALLOCATE|DECLARE|DISCARD|DO|DROP\s+\w+|END|EXECUTE|EXPLAIN|FETCH|` +
		`GRANT|LISTEN|LOCK|MERGE|NOTIFY|PREPARE|REINDEX|RELEASE|RESET|REVOKE|ROLLBACK|SAVEPOINT|SET|SHOW|START|TABLE|TRUNCATE|UNLISTEN|VACUUM)\b`)
	foreign = regexp.MustCompile(`(?i)\b(?:FOR\s+(?:UPDATE|SHARE)|DISTINCT\s+ON|ILIKE|LATERAL|ARRAY|INTERVAL|information_schema|pg_(?:catalog|stat_)\w*)\b|\b(?:ANY|ALL)\s*\(|::|\$\$`)

	firstToken = regexp.MustCompile(`^(?:\w+|.)`)
	createHead = regexp.MustCompile(`(?i)^CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:\w+|"[^"]+")\s*\(`)
	intType    = regexp.MustCompile(`(?i)\b(?:bigint|int8|integer|int4)\b`)

	paramName = regexp.MustCompile(`^\$[1-9]\d{0,3}$`)
	compared  = regexp.MustCompile(`\b(\w+)"?\s*(?:=|<>|!=|<=|>=|<|>)\s*\$(\d+)`)
)

// skipBlank leaves out the space, comments and empty statements before SQL.
func skipBlank(sql string) string { return sql[len(blank.FindString(sql)):] }

// prepare makes a statement of the first one in sql, which does not begin with
// space, and returns what follows it.
func (e *engine) prepare(sql string) (st *statement, rest string, err error) {
	head := known.FindString(sql)
	if head == "" {
		if found := foreignHead.FindString(sql); found != "" {
			return nil, "", unsupported("%s", found)
		}
		return nil, "", syntaxError(firstToken.FindString(sql))
	}
	st = &statement{tag: strings.ToUpper(strings.Join(strings.Fields(head), " "))}
	if st.stmt, rest, err = e.compile(sql); err != nil {
		return nil, "", err
	}
	switch st.tag {
	case "VALUES":
		st.tag = "SELECT"
	case "WITH":
		st.tag = cmp.Or(e.changes, "SELECT")
	case "CREATE TABLE":
		finalize(st.stmt)
		if sql, err = adaptTable(strings.TrimSuffix(sql, rest)); err != nil {
			return nil, "", err
		}
		if st.stmt, _, err = e.compile(sql); err != nil {
			return nil, "", err
		}
	}
	if err := st.inspect(e, strings.TrimSuffix(sql, rest)); err != nil {
		finalize(st.stmt)
		return nil, "", err
	}
	return st, rest, nil
}

func (e *engine) compile(sql string) (stmt *sqlite3.Stmt, rest string, err error) {
	e.seen = seen{}
	stmt, rest, err = e.Prepare(sql)
	if err == nil {
		return stmt, rest, nil
	}
	told := translate(cmp.Or(e.refused, err))
	e.refused = nil // the authorizer is asked again when we roll back
	if found := foreign.FindString(sql); found != "" && (told.code == "42601" || told.code == "42P01") {
		told = unsupported("%s", found)
	}
	return nil, "", told
}

// adaptTable makes CREATE TABLE one of a STRICT table, which knows the types of
// what is stored in it. INT, unlike INTEGER, makes no key number itself.
func adaptTable(sql string) (string, error) {
	if !createHead.MatchString(sql) {
		return "", unsupported("CREATE TABLE of this form")
	}
	return intType.ReplaceAllString(strings.TrimSuffix(sql, ";"), sqliteInt) + "\nSTRICT", nil
}

// inspect finds the types of parameters and columns.
func (st *statement) inspect(e *engine, sql string) error {
	for i := range st.stmt.BindCount() {
		name := st.stmt.BindName(i + 1)
		if strings.Contains(name, "::") {
			return unsupported("a cast with ::")
		}
		if !paramName.MatchString(name) {
			return syntaxError(firstToken.FindString(name + "?")) // SQLite's own, such as :name
		}
		number, _ := strconv.Atoi(name[1:])
		for len(st.params) < number {
			st.params = append(st.params, textOID)
		}
	}
	if len(st.params) > 0 {
		for _, m := range compared.FindAllStringSubmatch(sql, -1) {
			if number, _ := strconv.Atoi(m[2]); number >= 1 && number <= len(st.params) && e.isNumber(m[1]) {
				st.params[number-1] = int8OID
			}
		}
	}
	for i := range st.stmt.ColumnCount() {
		oid := textOID
		if st.stmt.ColumnDeclType(i) == sqliteInt {
			oid = int8OID
		}
		st.columns = append(st.columns, oid)
	}
	return nil
}

// bind gives a statement the values of its parameters.
func (st *statement) bind(values []any) (err error) {
	for i, v := range values {
		at := st.stmt.BindIndex("$" + strconv.Itoa(i+1))
		switch v := v.(type) {
		case int64:
			err = st.stmt.BindInt64(at, v)
		case string:
			err = st.stmt.BindText(at, v)
		} // what is not bound is NULL
		if err != nil {
			return err
		}
	}
	return nil
}

// describe tells the client what rows to expect, in which formats.
func (st *statement) describe(formats []int16) pgproto3.BackendMessage {
	if len(st.columns) == 0 {
		return &pgproto3.NoData{}
	}
	d := new(pgproto3.RowDescription)
	for i, oid := range st.columns {
		f := pgproto3.FieldDescription{Name: []byte(st.stmt.ColumnName(i)), DataTypeOID: oid, DataTypeSize: -1, TypeModifier: -1, Format: format(formats, i)}
		if oid == int8OID {
			f.DataTypeSize = 8
		}
		d.Fields = append(d.Fields, f)
	}
	return d
}
