package handlerspans_test

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"

	"otel.workshop/checker/conventions"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
)

// causesKept fails where an error is made of another one's text.
func causesKept(t *testing.T) {
	t.Helper()
	for _, file := range conventions.Parse(t, "02-handler-spans") {
		ast.Inspect(file.File, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !cutsOff(call) {
				return true
			}
			recorder.Needs(t, "not-found-is-no-error") // which tells what may come of it
			p := place{file.Path, file.Line(call)}
			recorder.Fail(t, p.at(finding.Finding{
				Want:  "errors made of another's text   none",
				Got:   "errors made of another's text   " + p.String(),
				Cause: "The words are kept, and the error is gone: errors.Is and errors.As find nothing in it, not even that the\ncaller has left. fmt.Errorf wraps it where the format says %w.",
			}))
			return true
		})
	}
}

// cutsOff reports whether a call makes an error of the text of another one and
// wraps none.
func cutsOff(call *ast.CallExpr) bool {
	switch calledAs(call) {
	case "errors.New":
		return len(call.Args) == 1 && textOfError(call.Args[0])
	case "fmt.Errorf":
		format, ok := call.Args[0].(*ast.BasicLit)
		return ok && !strings.Contains(format.Value, "%w") && slices.ContainsFunc(call.Args[1:], func(arg ast.Expr) bool {
			name, ok := arg.(*ast.Ident)
			return ok && errorName.MatchString(name.Name) || textOfError(arg)
		})
	}
	return false
}

// errorName is what errors are called.
var errorName = regexp.MustCompile(`^(err|\w+Err)$`)

// textOfError reports whether an expression has the text of an error in it.
func textOfError(e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 0 {
			method, ok := call.Fun.(*ast.SelectorExpr)
			found = found || ok && method.Sel.Name == "Error"
		}
		return true
	})
	return found
}

// calledAs returns what a function is called by, such as fmt.Errorf.
func calledAs(call *ast.CallExpr) string {
	function, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	pkg, ok := function.X.(*ast.Ident)
	if !ok {
		return ""
	}
	return pkg.Name + "." + function.Sel.Name
}
