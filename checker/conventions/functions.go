package conventions

import (
	"go/ast"
	"go/types"
	"slices"
)

// functions are those of the step itself, with their bodies: what they return
// may be an error of OpenTelemetry or of a database that they pass on, or have
// nothing to do with either.
type functions map[*types.Func]body

type body struct {
	block *ast.BlockStmt
	info  *types.Info
}

// add notes the functions of a package.
func (fs functions) add(files []*ast.File, info *types.Info) {
	for _, file := range files {
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			if f, ok := info.Defs[fn.Name].(*types.Func); ok {
				fs[f] = body{fn.Body, info}
			}
		}
	}
}

// passesOn reports whether somewhere in f an error comes up that matters.
// without are the functions that are being looked at already.
func (fs functions) passesOn(f *types.Func, without []*types.Func) bool {
	found := false
	ast.Inspect(fs[f].block, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && !found {
			found = fs.matters(call, fs[f].info, append(without, f))
		}
		return !found
	})
	return found
}

// returnsError reports whether the last result of call is an error that
// matters: of OpenTelemetry, of a database, of the step's own functions, which
// may pass such errors on, or of a function value that shuts something down.
func (fs functions) returnsError(call *ast.CallExpr, info *types.Info) bool {
	return fs.matters(call, info, nil)
}

func (fs functions) matters(call *ast.CallExpr, info *types.Info, without []*types.Func) bool {
	var results []types.Type
	switch t := info.Types[call].Type.(type) {
	case nil:
		// A call of another step's package, which is not read here. In a
		// function that passes an error on, it may be that call's.
		return len(without) > 0 && unknown(call, info)
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
	if f := callee(call, info); f != nil && fs[f].block != nil {
		return !slices.Contains(without, f) && fs.passesOn(f, without)
	}
	return slices.ContainsFunc(results, typeMatters) || fs.calleeMatters(call, info, without)
}

// unknown reports whether nothing is known of what is called.
func unknown(call *ast.CallExpr, info *types.Info) bool {
	id := called(call)
	return id != nil && info.Uses[id] == nil
}

// callee returns the function or method that is called by its name.
func callee(call *ast.CallExpr, info *types.Info) *types.Func {
	if id := called(call); id != nil {
		f, _ := info.Uses[id].(*types.Func) // anything else has no body to look into
		return f
	}
	return nil
}

func called(call *ast.CallExpr) *ast.Ident {
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.SelectorExpr:
		return fun.Sel
	case *ast.Ident:
		return fun
	}
	return nil // a function literal, whose body is looked at by itself
}

func (fs functions) calleeMatters(call *ast.CallExpr, info *types.Info, without []*types.Func) bool {
	id := called(call)
	if id == nil {
		return false
	}
	switch f := info.Uses[id].(type) {
	case *types.Func:
		if f.Pkg() == nil {
			return false
		}
		if f.Pkg().Path() == "errors" && f.Name() == "Join" {
			return slices.ContainsFunc(call.Args, func(e ast.Expr) bool {
				inner, ok := ast.Unparen(e).(*ast.CallExpr)
				return ok && fs.matters(inner, info, without)
			})
		}
		return matters(f.Pkg().Path())
	case *types.Var:
		return takesContext(f.Type())
	}
	return false
}
