package conventions

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A go vet that can't be run has found nothing wrong, and nothing right.
func TestGoVetThatDoesNotRun(t *testing.T) {
	t.Setenv(vetOutput, "")
	t.Setenv("PATH", t.TempDir())
	lines := goVet(&sources{root: t.TempDir(), dir: "steps/01-minimal"})
	require.Len(t, lines, 1)
	require.Contains(t, lines[0], "go vet: ")
}

// What the grader's go vet has said is taken as it stands.
func TestGoVetOfTheGrader(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vet.txt")
	t.Setenv(vetOutput, file)
	s := &sources{root: t.TempDir(), dir: "steps/01-minimal"}
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.Empty(t, goVet(s))
	require.NoError(t, os.WriteFile(file, []byte("# otel.workshop/steps/01-minimal\nsteps/01-minimal/server.go:9:2: unreachable code\n"), 0o600))
	require.Equal(t, []string{"steps/01-minimal/server.go:9:2: unreachable code"}, goVet(s))
}

// What a deferred call gives back says nothing that was not said before; what
// the end of a whole pool says, nobody else says.
func TestDeferredCalls(t *testing.T) {
	const code = `package x

import "database/sql"

func f(db *sql.DB, tx *sql.Tx, rows *sql.Rows, stmt *sql.Stmt, conn *sql.Conn) {
	defer rows.Close()
	defer stmt.Close()
	defer conn.Close()
	defer tx.Rollback()
	defer tx.Commit()
	defer db.Close()
	rows.Close()
}
`
	require.Equal(t, []string{
		"x.go:10: the error of tx.Commit",
		"x.go:11: the error of db.Close",
		"x.go:12: the error of rows.Close",
	}, droppedIn(t, code))
}

// A type that embeds a transaction gives it back in the same way.
func TestEmbeddedTransaction(t *testing.T) {
	require.Empty(t, droppedIn(t, `package x

import "database/sql"

type reading struct{ *sql.Tx }

func f(tx reading) {
	defer tx.Rollback()
}
`))
}

// What a function of the step returns matters if an error that matters can
// come up in it.
func TestOwnFunctions(t *testing.T) {
	require.Equal(t, []string{"x.go:10: the error of closes"}, droppedIn(t, `package x

import (
	"database/sql"
	"encoding/json"
	"io"
)

func f(w io.Writer, db *sql.DB) {
	closes(db)
	writes(w)
}

func closes(db *sql.DB) error { return db.Close() }

func writes(w io.Writer) error { return json.NewEncoder(w).Encode(1) }
`))
}

// An error that another one replaces before anybody has looked is dropped, too.
func TestOverwritten(t *testing.T) {
	require.Equal(t, []string{"x.go:6: the error of db.Ping", "x.go:11: the error of db.Ping"}, droppedIn(t, `package x

import "database/sql"

func f(db *sql.DB) error {
	err := db.Ping()
	err = db.Close()
	if err != nil {
		return err
	}
	err = db.Ping()
	if err != nil {
	}
	err = db.Close()
	return err
}

func g(db *sql.DB) (err error) {
	check := func() bool { return err != nil }
	err = db.Ping()
	if check() {
		return
	}
	err = db.Close()
	return
}
`))
}

// droppedIn returns the dropped errors of a file x.go.
func droppedIn(t *testing.T, code string) []string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "x.go", code, 0)
	require.NoError(t, err)
	info := newInfo()
	config := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	_, err = config.Check("x", fset, []*ast.File{file}, info)
	require.NoError(t, err)
	own := make(functions)
	own.add([]*ast.File{file}, info)
	return inspect(fset, file, info, own)
}

// A file with C in it is looked at like any other.
func TestDroppedWithC(t *testing.T) {
	s := &sources{root: "../..", dir: "steps/01-minimal", files: []file{{"steps/01-minimal/x.go", []byte(`package minimal

import "C"

import "database/sql"

var size = C.sizeof_int

func drops(db *sql.DB) { db.Close() }
`)}}}
	found, err := droppedErrors(s)
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Contains(t, found[0], "steps/01-minimal/x.go:9")
}

func TestByteOrderMark(t *testing.T) {
	s := &sources{files: []file{{"a.go", []byte("\ufeffpackage a\n")}, {"b.go", []byte("package b\n")}}}
	require.Equal(t, []string{"a.go"}, s.unformatted())
	require.True(t, s.marked("a.go"))
	require.False(t, s.marked("b.go"))
}
