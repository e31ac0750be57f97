package failuremodes_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
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
	sources, err := conventions.Files("04-failure-modes")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	p := reading{funcs: make(map[string]*ast.FuncDecl)}
	file := ""
	for name, content := range sources {
		if !strings.Contains(name, "/shop/") {
			continue
		}
		parsed, err := parser.ParseFile(fset, name, content, 0)
		if err != nil {
			continue // it is the compiler's to complain
		}
		for _, decl := range parsed.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			switch {
			case !ok || fn.Body == nil:
			case fn.Recv != nil:
				p.funcs["."+fn.Name.Name] = fn
			default:
				if p.funcs[fn.Name.Name] = fn; fn.Name.Name == "main" {
					file = name
				}
			}
		}
	}
	if p.funcs["main"] == nil {
		return // it is the compiler's to complain
	}
	p.call("main", true)

	f := finding.Finding{Want: "shop/   catches SIGTERM, then calls Run", File: file}
	switch place := fset.Position(p.caught); {
	case !p.caught.IsValid():
		f.Got = "shop/   does not catch SIGTERM"
		f.Cause = "Whoever does not ask to hear of SIGTERM is killed by it on the spot. signal.NotifyContext makes a context\nthat is done when it comes. (Ctrl-C is another signal, os.Interrupt.)"
	case p.late:
		f.Got = fmt.Sprintf("shop/   calls Run in line %d, and catches SIGTERM in line %d", fset.Position(p.run).Line, place.Line)
		f.Cause = "Run returns when the service has ended. Until then nobody has asked to hear of SIGTERM, so it does what it\ndoes by default: it kills the process on the spot."
		f.File, f.Line = place.Filename, place.Line
	default:
		return
	}
	recorder.Fail(t, f)
}

// A reading follows a program's functions from main on, roughly in the order in
// which things happen.
type reading struct {
	funcs   map[string]*ast.FuncDecl // of the package, by name; a method's has a dot before it
	calling []string                 // functions that are being read

	caught token.Pos // where it first asks for SIGTERM
	run    token.Pos // where it first calls Run, and waits for it
	late   bool      // caught comes after run
}

// call reads a function of the package.
func (r *reading) call(name string, awaited bool) {
	if fn := r.funcs[name]; fn != nil && !slices.Contains(r.calling, name) {
		r.calling = append(r.calling, name)
		r.read(fn.Body, awaited)
		r.calling = r.calling[:len(r.calling)-1]
	}
}

// read reads a part of a function. Nobody waits for what isn't awaited.
func (r *reading) read(part ast.Node, awaited bool) {
	ast.Inspect(part, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.DeferStmt:
			return false // it happens at the end
		case *ast.GoStmt:
			r.read(n.Call, false)
			return false
		case *ast.CallExpr:
			fun, method := n.Fun.(*ast.SelectorExpr)
			for _, arg := range n.Args {
				r.read(arg, awaited && !(method && fun.Sel.Name == "Go")) // as of a WaitGroup
			}
			r.read(n.Fun, awaited)
			r.called(n, awaited)
			return false
		}
		return true
	})
}

func (r *reading) called(call *ast.CallExpr, awaited bool) {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		r.call(fun.Name, awaited)
	case *ast.SelectorExpr:
		pkg, ok := fun.X.(*ast.Ident)
		switch {
		case !ok:
			r.call("."+fun.Sel.Name, awaited)
		case pkg.Name == "signal" && (fun.Sel.Name == "NotifyContext" || fun.Sel.Name == "Notify") && asksForTerm(call):
			if !r.caught.IsValid() {
				r.caught, r.late = call.Pos(), r.run.IsValid()
			}
		case pkg.Name == "failuremodes" && fun.Sel.Name == "Run":
			if awaited && !r.run.IsValid() {
				r.run = call.Pos()
			}
		default:
			r.call("."+fun.Sel.Name, awaited)
		}
	}
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
