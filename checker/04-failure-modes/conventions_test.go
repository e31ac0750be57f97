package failuremodes_test

import (
	"go/ast"
	"go/types"
	"strconv"
	"testing"

	"otel.workshop/checker/conventions"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
)

// The code should be gofmt-clean, satisfy go vet, and drop no error of an OpenTelemetry or database call.
func TestGoConventions(t *testing.T) {
	locksHeld(t)
	conventions.Check(t, "04-failure-modes", "requests-as-before", "setup-error-told")
}

// locksHeld fails where a lock is let go in the very next line. Nobody sees two
// goroutines meet there, until they do; so this is read, and not run.
func locksHeld(t *testing.T) {
	t.Helper()
	for _, file := range conventions.Parse(t, "04-failure-modes") {
		ast.Inspect(file.File, func(n ast.Node) bool {
			block, ok := n.(*ast.BlockStmt)
			if !ok {
				return true
			}
			for i := 1; i < len(block.List); i++ {
				locked, lock := called(block.List[i-1])
				unlocked, unlock := called(block.List[i])
				if locked == "" || locked != unlocked || lock+unlock != "LockUnlock" && lock+unlock != "RLockRUnlock" {
					continue
				}
				recorder.Needs(t, "exporter-drains") // which may tell what comes of it
				line := file.Line(block.List[i])
				recorder.Fail(t, finding.Finding{
					Want:  "locks that guard nothing   none",
					Got:   "locks that guard nothing   " + file.Path + ":" + strconv.Itoa(line),
					Cause: locked + " is let go in the line below the one that takes it, so nothing is done while it is held. With defer it is\nheld until the function returns.",
					File:  file.Path,
					Line:  line,
				})
			}
			return true
		})
	}
}

// called returns what a statement calls a method of, and the method; "" where it
// is no such call.
func called(stmt ast.Stmt) (of, method string) {
	expr, ok := stmt.(*ast.ExprStmt)
	if !ok {
		return "", ""
	}
	call, ok := expr.X.(*ast.CallExpr)
	if !ok || len(call.Args) > 0 {
		return "", ""
	}
	fun, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	return types.ExprString(fun.X), fun.Sel.Name
}
