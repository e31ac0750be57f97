package minimal_test

import (
	"go/ast"
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
	for _, file := range conventions.Parse(t, "01-minimal") {
		if strings.Contains(file.Path, "/shop/") {
			continue
		}
		ast.Inspect(file.File, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || first.line > 0 {
				return first.line == 0
			}
			if callee, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains(names, callee.Sel.Name) {
				first = place{file.Path, file.Line(callee.Sel)}
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
	for _, file := range conventions.Parse(t, "01-minimal") {
		for _, decl := range file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Name.Name == "main" && fn.Recv == nil && file.Path == "steps/01-minimal/shop/main.go" {
				return file.Line(fn)
			}
		}
	}
	return 0
}
