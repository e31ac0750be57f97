package conventions

import (
	"go/ast"
	"go/token"
	"go/types"
)

// overwritten returns the calls, among the statements of a block, whose error
// is assigned to a name and replaced before anybody has read it. To ask whether
// it is nil and then do nothing is not to read it.
func overwritten(block []ast.Stmt, info *types.Info) (calls []ast.Expr) {
	for i, stmt := range block {
		name, call := errorOf(stmt, info)
		if name == nil || captured(block, name, info) {
			continue
		}
		for _, next := range block[i+1:] {
			if again, _ := errorOf(next, info); again == name && !reads(next, name, info) {
				calls = append(calls, call)
				break
			}
			if reads(next, name, info) {
				break
			}
		}
	}
	return calls
}

// captured reports whether a function literal reads a variable: nobody knows
// when.
func captured(block []ast.Stmt, name types.Object, info *types.Info) (found bool) {
	for _, stmt := range block {
		ast.Inspect(stmt, func(n ast.Node) bool {
			if lit, ok := n.(*ast.FuncLit); ok && !found {
				found = reads(lit.Body, name, info)
			}
			return !found
		})
	}
	return found
}

// errorOf returns the variable to which a statement assigns the last result of
// a call, and the call.
func errorOf(stmt ast.Stmt, info *types.Info) (types.Object, ast.Expr) {
	s, ok := stmt.(*ast.AssignStmt)
	if !ok || len(s.Rhs) != 1 || s.Tok != token.ASSIGN && s.Tok != token.DEFINE {
		return nil, nil
	}
	if _, ok := ast.Unparen(s.Rhs[0]).(*ast.CallExpr); !ok {
		return nil, nil
	}
	id, ok := s.Lhs[len(s.Lhs)-1].(*ast.Ident)
	if !ok || id.Name == "_" {
		return nil, nil
	}
	if obj := info.Defs[id]; obj != nil {
		return obj, s.Rhs[0]
	}
	return info.Uses[id], s.Rhs[0]
}

// reads reports whether a statement does more with a variable than to assign
// to it.
func reads(stmt ast.Stmt, name types.Object, info *types.Info) bool {
	if s, ok := stmt.(*ast.IfStmt); ok && s.Init == nil && s.Else == nil && len(s.Body.List) == 0 {
		return false
	}
	written := make(map[*ast.Ident]bool)
	found := false
	ast.Inspect(stmt, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, e := range n.Lhs {
				if id, ok := e.(*ast.Ident); ok && (n.Tok == token.ASSIGN || n.Tok == token.DEFINE) {
					written[id] = true
				}
			}
		case *ast.ReturnStmt:
			found = found || len(n.Results) == 0 // it may be a named result
		case *ast.Ident:
			found = found || info.Uses[n] == name && !written[n]
		}
		return !found
	})
	return found
}
