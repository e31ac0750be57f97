package minimal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strings"
	"testing"

	"otel.workshop/checker/conventions"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
)

// A place is a line of the learner's code. The zero place is nowhere.
type place struct {
	file string
	line int
}

// callOf returns where the learner's code first calls a function of one of
// these names, whatever its package, or nowhere.
func callOf(t *testing.T, names ...string) (first place) {
	t.Helper()
	sources, err := conventions.Files("01-minimal")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		if strings.Contains(name, "/shop/") {
			continue
		}
		file, err := parser.ParseFile(fset, name, sources[name], parser.SkipObjectResolution)
		if err != nil {
			continue // it compiles, or no check would run
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || first.line > 0 {
				return first.line == 0
			}
			if callee, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains(names, callee.Sel.Name) {
				first = place{name, fset.Position(callee.Sel.Pos()).Line}
			}
			return true
		})
	}
	return first
}

// atCall returns a finding that points to the first call of one of these
// names, or to the function fn, where there is none.
func atCall(t *testing.T, fn any, f finding.Finding, names ...string) finding.Finding {
	t.Helper()
	f = recorder.At(fn, f)
	if p := callOf(t, names...); p.line > 0 {
		f.File, f.Line = p.file, p.line
	}
	return f
}

// mainLine returns the line of the program's main function, or 0.
func mainLine(t *testing.T) int {
	t.Helper()
	sources, err := conventions.Files("01-minimal")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(sources["steps/01-minimal/shop/main.go"]), "\n") {
		if strings.HasPrefix(line, "func main()") {
			return i + 1
		}
	}
	return 0
}
