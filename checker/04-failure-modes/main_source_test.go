package failuremodes_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"otel.workshop/checker/conventions"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
)

// mustCatchSignal ends the check when the program in shop/ does not catch
// SIGTERM, or only when Run has returned. What the checks run is a program of
// their own, so this one is read.
func mustCatchSignal(t *testing.T) {
	t.Helper()
	files, err := conventions.Files("04-failure-modes")
	if err != nil {
		t.Fatal(err)
	}
	want := "shop/   catches SIGTERM, then calls Run"
	fset := token.NewFileSet()
	caught, main := false, ""
	for name, content := range files {
		if !strings.Contains(name, "/shop/") {
			continue
		}
		main = name
		file, err := parser.ParseFile(fset, name, content, 0)
		if err != nil {
			continue // it is the compiler's to complain
		}
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			caughtAt, runAt := inOrder(fn.Body)
			caught = caught || caughtAt.IsValid()
			if caughtAt.IsValid() && runAt.IsValid() && runAt < caughtAt {
				line := fset.Position(caughtAt).Line
				recorder.Fail(t, finding.Finding{
					Want: want,
					Got:  fmt.Sprintf("shop/   calls Run in line %d, and catches SIGTERM in line %d", fset.Position(runAt).Line, line),
					Cause: "Run returns when the service has ended. Until then nobody has asked to hear of SIGTERM, so it does what it\n" +
						"does by default: it kills the process on the spot.",
					File: name, Line: line,
				})
			}
		}
	}
	if !caught {
		recorder.Fail(t, finding.Finding{
			Want: want, Got: "shop/   does not catch SIGTERM",
			Cause: "Whoever does not ask to hear of SIGTERM is killed by it on the spot. signal.NotifyContext makes a context\nthat is done when it comes.",
			File:  main,
		})
	}
}

// inOrder returns where a function asks for SIGTERM, and where it calls Run and
// waits for it.
func inOrder(body *ast.BlockStmt) (caught, run token.Pos) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt, *ast.DeferStmt:
			return false // it happens at another time
		case *ast.CallExpr:
			fun, ok := n.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			switch pkg, _ := fun.X.(*ast.Ident); {
			case pkg == nil:
			case pkg.Name == "signal" && (fun.Sel.Name == "NotifyContext" || fun.Sel.Name == "Notify") && asksForTerm(n):
				if !caught.IsValid() {
					caught = n.Pos()
				}
			case pkg.Name == "failuremodes" && fun.Sel.Name == "Run":
				if !run.IsValid() {
					run = n.Pos()
				}
			}
		}
		return true
	})
	return caught, run
}

// asksForTerm reports whether SIGTERM is among the signals of a call, or all
// signals are meant.
func asksForTerm(call *ast.CallExpr) bool {
	if len(call.Args) == 1 {
		return true
	}
	for _, arg := range call.Args[1:] {
		if s, ok := arg.(*ast.SelectorExpr); ok && s.Sel.Name == "SIGTERM" {
			return true
		}
	}
	return call.Ellipsis.IsValid()
}
