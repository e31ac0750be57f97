package postgres

import "strings"

// A catalog knows the columns of the tables that a statement names. It looks
// them up when it is asked first: most statements need none.
type catalog struct {
	engine *engine
	tables []string
	fields map[string][]field
	err    error // why they cannot be told
}

// A field is a column of a table.
type field struct {
	name     string // in lower case
	dataType dataType
}

// of returns the columns of a table in their order.
func (c *catalog) of(table string) []field {
	if c.fields == nil {
		c.fields = make(map[string][]field)
		for _, name := range c.tables {
			list, err := c.engine.columns(name)
			if err != nil {
				c.err = translate(err)
			}
			c.fields[strings.ToLower(name)] = list
		}
	}
	return c.fields[strings.ToLower(table)]
}

// column returns the type of the column with this name; unknownType when there
// is none, or when two tables have one and differ.
func (c *catalog) column(name string) dataType {
	found := unknownType
	for _, table := range c.tables {
		for _, f := range c.of(table) {
			switch {
			case !strings.EqualFold(f.name, name):
			case found != unknownType && found != f.dataType:
				return unknownType
			default:
				found = f.dataType
			}
		}
	}
	return found
}

// columns asks SQLite for the columns of a table.
func (e *engine) columns(table string) ([]field, error) {
	stmt, _, err := e.Prepare(`SELECT * FROM "` + strings.ReplaceAll(table, `"`, `""`) + `"`)
	if err != nil || stmt == nil {
		return nil, err
	}
	list := make([]field, stmt.ColumnCount())
	for i := range list {
		list[i] = field{strings.ToLower(stmt.ColumnName(i)), declared[strings.ToLower(stmt.ColumnDeclType(i))]}
	}
	return list, stmt.Close()
}
