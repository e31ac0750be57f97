package conventions

import (
	"bufio"
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// droppedErrors finds calls into OpenTelemetry or a database whose error
// nobody takes: a statement of its own, or an _ without a reason in a comment
// on the same line or the one above.
func droppedErrors(s *sources) ([]string, error) {
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
			if path, err := strconv.Unquote(spec.Path.Value); err == nil && path != "unsafe" {
				imports[path] = true
			}
		}
	}
	exports, err := exportFiles(s, slices.Sorted(maps.Keys(imports)))
	if err != nil {
		return nil, err
	}
	var found []string
	for _, dir := range slices.Sorted(maps.Keys(packages)) {
		info := &types.Info{Types: make(map[ast.Expr]types.TypeAndValue), Uses: make(map[*ast.Ident]types.Object)}
		config := types.Config{
			Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) }),
			Error:    func(error) {}, // go vet reports what does not compile
		}
		_, _ = config.Check(dir, fset, packages[dir], info)
		for _, file := range packages[dir] {
			found = append(found, inspect(fset, file, info)...)
		}
	}
	return found, nil
}

// exportFiles asks the go command for the compiled form of packages and all
// that they import.
func exportFiles(s *sources, paths []string) (map[string]string, error) {
	out, err := s.goCommand("list", append([]string{"-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}"}, paths...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("list what the step imports: %w", err)
	}
	exports := make(map[string]string)
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		if path, export, ok := strings.Cut(lines.Text(), "="); ok {
			exports[path] = export
		}
	}
	return exports, nil
}

// inspect returns the dropped errors of one file.
func inspect(fset *token.FileSet, file *ast.File, info *types.Info) []string {
	commented := make(map[int]bool) // lines on which a comment ends
	for _, group := range file.Comments {
		commented[fset.Position(group.End()).Line] = true
	}
	var found []string
	report := func(call *ast.CallExpr) {
		p := fset.Position(call.Pos())
		found = append(found, fmt.Sprintf("%s:%d: the error of %s", p.Filename, p.Line, types.ExprString(call.Fun)))
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ExprStmt:
			if call, ok := n.X.(*ast.CallExpr); ok && returnsError(call, info) {
				report(call)
			}
		case *ast.DeferStmt:
			if returnsError(n.Call, info) {
				report(n.Call)
			}
		case *ast.GoStmt:
			if returnsError(n.Call, info) {
				report(n.Call)
			}
		case *ast.AssignStmt:
			line := fset.Position(n.Pos()).Line
			if commented[line] || commented[line-1] {
				return true
			}
			if call, ok := n.Rhs[0].(*ast.CallExpr); ok && len(n.Rhs) == 1 && isBlank(n.Lhs[len(n.Lhs)-1]) && returnsError(call, info) {
				report(call)
			}
		}
		return true
	})
	return found
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// returnsError reports whether call belongs to OpenTelemetry or a database
// (by the function's package, or by what it returns) and its last result is an
// error.
func returnsError(call *ast.CallExpr, info *types.Info) bool {
	var results []types.Type
	switch t := info.Types[call].Type.(type) {
	case nil:
		return false
	case *types.Tuple:
		for v := range t.Variables() {
			results = append(results, v.Type())
		}
	default:
		results = []types.Type{t}
	}
	if len(results) == 0 || !types.Identical(results[len(results)-1], types.Universe.Lookup("error").Type()) {
		return false
	}
	return calleeMatters(call, info) || slices.ContainsFunc(results, typeMatters)
}

func calleeMatters(call *ast.CallExpr, info *types.Info) bool {
	var id *ast.Ident
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		id = fun.Sel
	case *ast.Ident:
		id = fun
	default:
		return false
	}
	f, ok := info.Uses[id].(*types.Func)
	return ok && f.Pkg() != nil && matters(f.Pkg().Path())
}

func typeMatters(t types.Type) bool {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := t.(*types.Named)
	return ok && named.Obj().Pkg() != nil && matters(named.Obj().Pkg().Path())
}

func matters(path string) bool {
	return strings.HasPrefix(path, "go.opentelemetry.io/") || path == "database/sql" || path == "github.com/lib/pq"
}
