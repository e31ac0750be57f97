package conventions

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
)

// droppedErrors finds calls whose error matters and which nobody takes: a
// statement of its own, or an _ without a reason in a comment beside it.
func droppedErrors(s *sources) ([]string, error) {
	// What is imported is 15 MB, and all of it is needed to the end.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	fset := token.NewFileSet()
	packages := make(map[string][]*ast.File) // by folder
	imports := make(map[string]bool)
	for _, f := range s.files {
		parsed, err := parser.ParseFile(fset, f.name, f.content, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("parse %s: %w", f.name, err)
		}
		dir := f.name[:strings.LastIndex(f.name, "/")]
		packages[dir] = append(packages[dir], parsed)
		for _, spec := range parsed.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil && path != "unsafe" && path != "C" && !strings.HasPrefix(path, module+"steps/") {
				imports[path] = true
			}
		}
	}
	exports, err := exportFiles(s, slices.Sorted(maps.Keys(imports)))
	if err != nil {
		return nil, err
	}
	others := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	ours := make(map[string]*types.Package)
	own := make(functions)
	var found []string
	for _, dir := range slices.Sorted(maps.Keys(packages)) { // the step comes before its program
		info := newInfo()
		config := types.Config{
			Importer: importing(func(path string) (*types.Package, error) {
				if p := ours[path]; p != nil {
					return p, nil
				}
				return others.Import(path)
			}),
			FakeImportC: true,           // cgo makes one of it, which is not at hand
			Error:       func(error) {}, // go vet reports what does not compile
		}
		ours[module+dir], _ = config.Check(module+dir, fset, packages[dir], info)
		own.add(packages[dir], info)
		for _, file := range packages[dir] {
			found = append(found, inspect(fset, file, info, own)...)
		}
	}
	return found, nil
}

func newInfo() *types.Info {
	return &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue),
		Uses:  make(map[*ast.Ident]types.Object),
		Defs:  make(map[*ast.Ident]types.Object),
	}
}

const module = "otel.workshop/"

type importing func(path string) (*types.Package, error)

func (f importing) Import(path string) (*types.Package, error) { return f(path) }

// inspect returns the dropped errors of one file.
func inspect(fset *token.FileSet, file *ast.File, info *types.Info, own functions) []string {
	commented := make(map[int]bool) // lines on which a comment ends
	for _, group := range file.Comments {
		if !strings.Contains(group.Text(), "TODO") { // that is no reason
			commented[fset.Position(group.End()).Line] = true
		}
	}
	// A reason may stand on any line of the statement, or above it.
	excused := func(n ast.Node) bool {
		for line := fset.Position(n.Pos()).Line - 1; line <= fset.Position(n.End()).Line; line++ {
			if commented[line] {
				return true
			}
		}
		return false
	}
	var found []string
	report := func(e ast.Expr) {
		if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && own.returnsError(call, info) {
			p := fset.Position(call.Pos())
			found = append(found, fmt.Sprintf("%s:%d: the error of %s", p.Filename, p.Line, types.ExprString(call.Fun)))
		}
	}
	// assigned looks at left = right, in any of its forms.
	assigned := func(n ast.Node, left, right []ast.Expr) {
		if excused(n) {
			return
		}
		for i, e := range right {
			// One call may fill several names; its error is the last of them.
			last := left[len(left)-1]
			if len(left) == len(right) {
				last = left[i]
			}
			if isBlank(last) {
				report(e)
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ExprStmt:
			report(n.X)
		case *ast.DeferStmt:
			if !givesBack(n.Call, info) {
				report(n.Call)
			}
		case *ast.GoStmt:
			report(n.Call)
		case *ast.AssignStmt:
			assigned(n, n.Lhs, n.Rhs)
		case *ast.BlockStmt:
			for _, call := range overwritten(n.List, info) {
				report(call)
			}
		case *ast.ValueSpec:
			var left []ast.Expr
			for _, name := range n.Names {
				left = append(left, name)
			}
			assigned(n, left, n.Values)
		}
		return true
	})
	return found
}

// givesBack reports whether call is rows.Close, tx.Rollback or one like them,
// which say nothing, deferred, that was not said before: what was wrong with
// rows is in rows.Err, and a Rollback after a Commit always fails. A type that
// embeds one of theirs has their methods.
func givesBack(call *ast.CallExpr, info *types.Info) bool {
	fun, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || fun.Sel.Name != "Close" && fun.Sel.Name != "Rollback" {
		return false
	}
	f, ok := info.Uses[fun.Sel].(*types.Func)
	if !ok || f.Signature().Recv() == nil {
		return false
	}
	switch f.Signature().Recv().Type().String() {
	case "*database/sql.Rows", "*database/sql.Stmt", "*database/sql.Conn", "*database/sql.Tx":
		return true
	}
	return false
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// takesContext reports whether t is func(context.Context) error, the form of
// every shutdown.
func takesContext(t types.Type) bool {
	f, ok := t.Underlying().(*types.Signature)
	return ok && f.Params().Len() == 1 && f.Params().At(0).Type().String() == "context.Context"
}

func typeMatters(t types.Type) bool {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := t.(*types.Named)
	return ok && named.Obj().Pkg() != nil && matters(named.Obj().Pkg().Path())
}

// matters reports whether errors of a package's functions do. What the
// workshop's own packages return is such an error, passed on.
func matters(path string) bool {
	return strings.HasPrefix(path, "go.opentelemetry.io/") || path == "database/sql" || path == "github.com/lib/pq" ||
		strings.HasPrefix(path, module)
}
