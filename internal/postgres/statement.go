package postgres

import (
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/ncruces/go-sqlite3"
)

// A statement is prepared: SQLite's program, and what PostgreSQL would tell
// about it.
type statement struct {
	tag      string        // how its end is told, without a count: SELECT, INSERT, BEGIN …; "" when there is nothing to do
	stmt     *sqlite3.Stmt // nil for transactions and the empty statement
	readOnly bool          // of BEGIN and SET TRANSACTION
	params   []dataType
	columns  []column
}

// A column is one of a statement's result.
type column struct {
	name     string
	dataType dataType
}

// prepare makes a statement of tokens of sql. The types of parameters that the
// client gives, as numbers of pg_type, go before those that are inferred.
func (e *engine) prepare(sql string, list []token, given []uint32) (*statement, error) {
	tag, err := command(list)
	if err != nil {
		return nil, err
	}
	st := &statement{tag: tag}
	switch tag {
	case "BEGIN", "START TRANSACTION", "COMMIT", "ROLLBACK", "SET":
		st.readOnly, err = transactionMode(list)
		return st, err
	}
	if err := refuse(list); err != nil {
		return nil, err
	}
	sql = sql[list[0].pos:list[len(list)-1].end]
	if tag == "CREATE TABLE" {
		if sql, err = adaptTable(sql, list); err != nil {
			return nil, err
		}
	}
	if st.stmt, err = e.compile(sql); err != nil {
		return nil, reword(err, tag, list)
	}
	if err := e.infer(st, sql, list, given); err != nil {
		st.close()
		return nil, err
	}
	return st, nil
}

// infer finds the types of a statement's parameters and columns. Text that
// stands for a number or a truth value is replaced by it, as PostgreSQL does.
func (e *engine) infer(st *statement, sql string, list []token, given []uint32) error {
	sc := &scope{catalog: &catalog{engine: e, tables: e.tables}, list: list, tag: st.tag}
	var err error
	if st.params, err = sc.params(given); err != nil {
		return err
	}
	edited, err := sc.replaceText(sql)
	if err != nil {
		return err
	}
	if edited != sql {
		old := st.stmt
		if st.stmt, err = e.compile(edited); err != nil {
			st.stmt = old
			return err
		}
		finalize(old)
	}
	count := st.stmt.ColumnCount()
	items := expandStar(resultItems(list, st.tag), count)
	for i := range count {
		var item []token
		if i < len(items) {
			item = items[i]
		}
		c := column{name: columnName(item, st.stmt.ColumnName(i))}
		if list[0].is("VALUES") {
			c.name = st.stmt.ColumnName(i)
		}
		if decl := st.stmt.ColumnDeclType(i); decl != "" {
			c.dataType = declared[strings.ToLower(decl)]
		} else if c.dataType = sc.typeOf(item, st.params); c.dataType == unknownType || c.dataType == looseType {
			c.dataType = textType
		}
		st.columns = append(st.columns, c)
	}
	return sc.err
}

// bind gives a statement the values of its parameters.
func (st *statement) bind(values []any) error {
	for i, v := range values {
		at := st.stmt.BindIndex("$" + strconv.Itoa(i+1))
		var err error
		switch v := v.(type) {
		case nil:
			err = st.stmt.BindNull(at)
		case int64:
			err = st.stmt.BindInt64(at, v)
		case float64:
			err = st.stmt.BindFloat(at, v)
		case bool:
			err = st.stmt.BindBool(at, v)
		case string:
			err = st.stmt.BindText(at, v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// complete returns the tag that tells the client what was done.
func (st *statement) complete(rows int, changed int64) string {
	switch st.tag {
	case "SELECT":
		return "SELECT " + strconv.Itoa(rows)
	case "INSERT":
		return "INSERT 0 " + strconv.FormatInt(changed, 10)
	case "UPDATE", "DELETE":
		return st.tag + " " + strconv.FormatInt(changed, 10)
	}
	return st.tag
}

// describe tells the client what rows to expect, in which formats.
func (st *statement) describe(binary []bool) pgproto3.BackendMessage {
	if len(st.columns) == 0 {
		return &pgproto3.NoData{}
	}
	d := new(pgproto3.RowDescription)
	for i, c := range st.columns {
		f := pgproto3.FieldDescription{
			Name:         []byte(c.name),
			DataTypeOID:  uint32(c.dataType),
			DataTypeSize: c.dataType.size(),
			TypeModifier: -1,
		}
		if binary != nil && binary[i] {
			f.Format = pgproto3.BinaryFormat
		}
		d.Fields = append(d.Fields, f)
	}
	return d
}

func (st *statement) close() {
	if st.stmt != nil {
		finalize(st.stmt)
	}
}
