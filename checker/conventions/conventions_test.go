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
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "x.go", code, 0)
	require.NoError(t, err)
	info := &types.Info{Types: make(map[ast.Expr]types.TypeAndValue), Uses: make(map[*ast.Ident]types.Object)}
	config := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	_, err = config.Check("x", fset, []*ast.File{file}, info)
	require.NoError(t, err)
	require.Equal(t, []string{
		"x.go:10: the error of tx.Commit",
		"x.go:11: the error of db.Close",
		"x.go:12: the error of rows.Close",
	}, inspect(fset, file, info))
}
