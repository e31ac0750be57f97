package mutation

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"strconv"
	"strings"
)

// edits returns every change of a file that somebody might make by mistake,
// whether it compiles or not.
func edits(c *compiler, name string) []edit {
	w := &walker{c: c, src: c.solution[name], prose: make(map[ast.Expr]bool)}
	for _, decl := range c.parsed[name].Decls {
		w.fn = ""
		if f, ok := decl.(*ast.FuncDecl); ok {
			w.fn = f.Name.Name
			if f.Recv != nil {
				w.fn = "(" + w.text(f.Recv.List[0].Type) + ")." + w.fn
			}
		}
		if g, ok := decl.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			continue
		}
		ast.Inspect(decl, w.visit)
	}
	return w.edits
}

// A walker collects edits of one file.
type walker struct {
	c     *compiler
	src   []byte
	fn    string
	edits []edit
	prose map[ast.Expr]bool // texts that only a person reads
}

func (w *walker) offset(p token.Pos) int { return w.c.fset.Position(p).Offset }

func (w *walker) text(n ast.Node) string { return string(w.src[w.offset(n.Pos()):w.offset(n.End())]) }

// replace adds an edit of a node.
func (w *walker) replace(n ast.Node, what, text string) { w.span(n.Pos(), n.End(), what, text, "") }

func (w *walker) span(from, to token.Pos, what, text, shown string) {
	w.edits = append(w.edits, edit{what: what, fn: w.fn, line: w.c.fset.Position(from).Line,
		from: w.offset(from), to: w.offset(to), text: text, shown: shown})
}

func (w *walker) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BlockStmt:
		w.statements(n.List)
	case *ast.CaseClause:
		w.statements(n.Body)
		if len(n.Body) > 0 {
			w.span(n.Body[0].Pos(), n.Body[len(n.Body)-1].End(), "empty case", "", "")
		}
	case *ast.CommClause:
		w.statements(n.Body)
	case *ast.IfStmt:
		w.replace(n.Cond, "negate", negated(n.Cond, w.text(n.Cond)))
		if n.Else != nil {
			w.span(n.Body.End(), n.Else.End(), "delete else", "", "")
		}
	case *ast.CallExpr:
		w.call(n)
	case *ast.CompositeLit:
		for _, e := range n.Elts {
			if _, ok := e.(*ast.KeyValueExpr); ok {
				w.span(e.Pos(), w.past(e.End()), "drop field", "", "")
			}
		}
	case *ast.BinaryExpr:
		w.binary(n)
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			w.replace(n, "negate", w.text(n.X))
		}
	case *ast.BasicLit:
		w.literal(n)
	case *ast.SelectorExpr:
		if to, ok := siblings[w.text(n)]; ok {
			w.replace(n, "exchange", to)
		}
	case *ast.StructType, *ast.FuncType:
		return w.tags(n)
	case *ast.Field:
		return false
	}
	return true
}

// statements deletes each statement, exchanges it with the next, and does to
// some what is only done to their kind.
func (w *walker) statements(list []ast.Stmt) {
	for i, s := range list {
		switch s := s.(type) {
		case *ast.ExprStmt, *ast.SendStmt, *ast.IncDecStmt, *ast.IfStmt, *ast.SwitchStmt, *ast.SelectStmt, *ast.BranchStmt, *ast.ForStmt, *ast.RangeStmt:
			w.replace(s, "delete", "")
		case *ast.DeferStmt:
			w.replace(s, "delete", "")
			w.replace(s, "do not defer", w.text(s.Call))
		case *ast.GoStmt:
			w.replace(s, "delete", "")
			w.replace(s, "no goroutine for", w.text(s.Call))
		case *ast.AssignStmt:
			if s.Tok != token.DEFINE {
				w.replace(s, "delete", "")
			}
			w.dropError(s, list, i)
		case *ast.ReturnStmt:
			w.replace(s, "delete", "")
			for _, e := range s.Results {
				w.zero(e)
			}
		}
		if i+1 < len(list) {
			next := list[i+1]
			w.span(s.Pos(), next.End(), "exchange", w.text(next)+"\n"+w.text(s), short([]byte(w.text(next)))+" first")
		}
	}
}

// dropError takes nobody's notice of an error, and leaves out the branch that
// looked at it.
func (w *walker) dropError(s *ast.AssignStmt, list []ast.Stmt, i int) {
	last, ok := s.Lhs[len(s.Lhs)-1].(*ast.Ident)
	if !ok || last.Name != "err" || i+1 == len(list) {
		return
	}
	next, ok := list[i+1].(*ast.IfStmt)
	if !ok || next.Init != nil || !strings.Contains(w.text(next.Cond), "err") {
		return
	}
	text := w.text(s)
	at := w.offset(last.Pos()) - w.offset(s.Pos())
	text = text[:at] + "_" + text[at+len("err"):]
	if len(s.Lhs) == 1 {
		text = strings.Replace(text, ":=", "=", 1)
	}
	w.span(s.Pos(), next.End(), "ignore the error of", text, "")
}

// zero returns a result's zero value in its place.
func (w *walker) zero(e ast.Expr) {
	t := w.c.info.Types[e].Type
	if t == nil || w.text(e) == "nil" {
		return
	}
	switch u := t.Underlying().(type) {
	case *types.Interface, *types.Pointer, *types.Signature, *types.Slice, *types.Map:
		w.replace(e, "return", "nil")
	case *types.Basic:
		switch {
		case u.Info()&types.IsString != 0 && w.text(e) != `""`:
			w.replace(e, "return", `""`)
		case u.Info()&types.IsNumeric != 0 && w.text(e) != "0":
			w.replace(e, "return", "0")
		case u.Info()&types.IsBoolean != 0:
			w.replace(e, "return", negated(e, w.text(e)))
		}
	}
}

func (w *walker) call(n *ast.CallExpr) {
	if said.MatchString(w.text(n.Fun)) {
		for _, arg := range n.Args {
			w.prose[arg] = true
		}
	}
	sig, _ := w.c.info.Types[n.Fun].Type.(*types.Signature)
	for i, arg := range n.Args {
		t := w.c.info.Types[arg].Type
		if t != nil && t.String() == "context.Context" && w.text(arg) != "context.Background()" {
			w.replace(arg, "for its context, give "+short([]byte(w.text(n.Fun))), "context.Background()")
		}
		if sig != nil && sig.Variadic() && i >= sig.Params().Len()-1 {
			if i+1 < len(n.Args) {
				w.span(arg.Pos(), n.Args[i+1].Pos(), "drop argument", "", "")
			} else if i > 0 {
				w.span(n.Args[i-1].End(), arg.End(), "drop argument", "", "")
			} else {
				w.replace(arg, "drop argument", "")
			}
		}
		if i+1 < len(n.Args) {
			next := n.Args[i+1]
			w.span(arg.Pos(), next.End(), "swap arguments", w.text(next)+", "+w.text(arg), "")
		}
		if result := w.c.info.Types[n].Type; t != nil && result != nil && types.AssignableTo(t, result) {
			w.replace(n, "unwrap", w.text(arg))
		}
	}
}

func (w *walker) binary(n *ast.BinaryExpr) {
	switch n.Op {
	case token.LAND, token.LOR:
		w.replace(n, "half of", w.text(n.X))
		w.replace(n, "half of", w.text(n.Y))
	case token.ADD, token.SUB:
		w.replace(n, "half of", w.text(n.X))
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		other := map[token.Token]string{token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">"}[n.Op]
		w.replace(n, "limit", w.text(n.X)+" "+other+" "+w.text(n.Y))
	}
}

// literal misspells a text, and changes a number.
func (w *walker) literal(n *ast.BasicLit) {
	switch n.Kind {
	case token.STRING:
		text, err := strconv.Unquote(n.Value)
		if err != nil || len(text) < 2 || w.prose[n] {
			return
		}
		misspelled := text[:1] + string(rune(text[1])+1) + text[2:]
		w.replace(n, "misspell", strconv.Quote(misspelled))
	case token.INT, token.FLOAT:
		if n.Value == "0" {
			w.replace(n, "number", "1")
			return
		}
		w.replace(n, "number", n.Value+"*3")
	}
}

// tags misspells the names in the tags of a struct.
func (w *walker) tags(n ast.Node) bool {
	s, ok := n.(*ast.StructType)
	if !ok {
		return false
	}
	for _, f := range s.Fields.List {
		if f.Tag != nil {
			w.replace(f.Tag, "misspell", strings.Replace(f.Tag.Value, `:"`, `:"x`, 1))
		}
	}
	return false
}

// past is the end of an element with the comma behind it, if there is one.
func (w *walker) past(end token.Pos) token.Pos {
	rest := w.src[w.offset(end):]
	for i, c := range rest {
		switch c {
		case ' ', '\t':
		case ',':
			return end + token.Pos(i) + 1
		default:
			return end
		}
	}
	return end
}

// said matches functions whose texts are for people: how they are spelled is no
// business of a check.
var said = regexp.MustCompile(`^(errors\.New|fmt\.Errorf|log\.\w+|slog\.\w+|fail|failure|\w*\.log\.\w+|span\.SetStatus)$`)

// negated returns the opposite of a condition.
func negated(e ast.Expr, text string) string {
	if b, ok := e.(*ast.BinaryExpr); ok {
		for op, other := range map[token.Token][2]string{token.EQL: {"==", "!="}, token.NEQ: {"!=", "=="}} {
			if b.Op == op {
				return strings.Replace(text, other[0], other[1], 1)
			}
		}
	}
	if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.NOT {
		return text[1:]
	}
	return "!(" + text + ")"
}

// siblings are names that are taken for each other.
var siblings = map[string]string{
	"codes.Error":                    "codes.Ok",
	"http.StatusOK":                  "http.StatusAccepted",
	"http.StatusBadRequest":          "http.StatusInternalServerError",
	"http.StatusNotFound":            "http.StatusOK",
	"http.StatusInternalServerError": "http.StatusBadGateway",
	"http.StatusBadGateway":          "http.StatusInternalServerError",
	"trace.SpanKindClient":           "trace.SpanKindInternal",
	"time.Second":                    "time.Millisecond",
	"context.DeadlineExceeded":       "context.Canceled",
	"context.Canceled":               "context.DeadlineExceeded",
	"syscall.SIGTERM":                "syscall.SIGHUP",
	"os.Interrupt":                   "os.Kill",
	"sql.ErrNoRows":                  "sql.ErrConnDone",
	"context.WithTimeout":            "context.WithDeadline",
	"context.WithoutCancel":          "context.WithCancel",
}
