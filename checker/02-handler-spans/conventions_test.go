package handlerspans_test

import (
	"go/ast"
	"slices"
	"strconv"
	"testing"

	"otel.workshop/checker/conventions"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
)

// The code should be gofmt-clean, satisfy go vet, and drop no error of OpenTelemetry or of its own functions.
func TestGoConventions(t *testing.T) {
	contextsInStructs(t)
	causesKept(t)
	conventions.Check(t, "02-handler-spans")
}

// contextsInStructs fails where a struct has a context in a field.
func contextsInStructs(t *testing.T) {
	t.Helper()
	for _, file := range conventions.Parse(t, "02-handler-spans") {
		ast.Inspect(file.File, func(n ast.Node) bool {
			s, ok := n.(*ast.StructType)
			if !ok {
				return true
			}
			for _, field := range s.Fields.List {
				if len(field.Names) == 0 || !isContext(field.Type, file.File) {
					continue // embedded, it makes a context of the struct
				}
				recorder.Needs(t, "context-passed") // which tells what comes of it
				line := file.Line(field)
				recorder.Fail(t, finding.Finding{
					Want:  "contexts in structs   none",
					Got:   "contexts in structs   " + file.Path + ":" + strconv.Itoa(line),
					Cause: "A context belongs to a call, and a struct outlives it: nothing tells any more which of two is meant, or\nwhether it has ended. Hand it on as the first parameter, named ctx.",
					File:  file.Path,
					Line:  line,
				})
			}
			return true
		})
	}
}

// isContext reports whether a type is context.Context.
func isContext(typ ast.Expr, file *ast.File) bool {
	selector, ok := typ.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != "Context" {
		return false
	}
	pkg, ok := selector.X.(*ast.Ident)
	return ok && slices.ContainsFunc(file.Imports, func(i *ast.ImportSpec) bool {
		return i.Path.Value == `"context"` && (i.Name == nil && pkg.Name == "context" || i.Name != nil && i.Name.Name == pkg.Name)
	})
}
