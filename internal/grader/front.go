package grader

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"otel.workshop/internal/variant"
)

// A front is a package with the exported names of a step. The checks of a batch
// import it in the step's place, and so are compiled once for all versions:
// which one is behind it, the environment says when the process begins.
//
// Its functions are variables that hold the version's own, so that a finding
// still points into the learner's files. A struct with fields of its own is
// opaque to the checks, and the front's type of that name only stands for it.
type front struct {
	imports map[string]string // paths by the names that signatures call them by
	files   []*ast.File
	opaque  map[string]bool // types that the front only has the name of
	mirror  []*ast.TypeSpec // types that it has as they are
	funcs   []*ast.FuncDecl
	methods []*ast.FuncDecl
	errs    []string // exported errors
}

// frontOf reads the names and signatures that a step has to have in its
// solution.
func frontOf(root, step string) (*front, error) {
	solution, err := variant.Solution(root, step)
	if err != nil {
		return nil, err
	}
	f := &front{imports: make(map[string]string), opaque: make(map[string]bool)}
	for _, name := range slices.Sorted(maps.Keys(solution)) {
		if strings.Contains(name, "/") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, solution[name], parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		f.files = append(f.files, file)
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return nil, err
			}
			as := path.Base(imported)
			if spec.Name != nil {
				as = spec.Name.Name
			}
			f.imports[as] = imported
		}
		for _, decl := range file.Decls {
			f.add(decl)
		}
	}
	return f, nil
}

// add takes note of what a declaration exports.
func (f *front) add(decl ast.Decl) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		switch {
		case !d.Name.IsExported():
		case d.Recv == nil:
			f.funcs = append(f.funcs, d)
		default:
			f.methods = append(f.methods, d)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				switch {
				case !s.Name.IsExported():
				case hidesFields(s.Type):
					f.opaque[s.Name.Name] = true
				default:
					f.mirror = append(f.mirror, s)
				}
			case *ast.ValueSpec:
				for _, name := range s.Names {
					if strings.HasPrefix(name.Name, "Err") {
						f.errs = append(f.errs, name.Name)
					}
				}
			}
		}
	}
}

// hidesFields reports whether a type is a struct that has fields, or embeds
// something, of its package's own.
func hidesFields(t ast.Expr) bool {
	s, ok := t.(*ast.StructType)
	return ok && slices.ContainsFunc(s.Fields.List, func(field *ast.Field) bool {
		return len(field.Names) == 0 || slices.ContainsFunc(field.Names, func(n *ast.Ident) bool { return !n.IsExported() })
	})
}

// source returns the package without any version behind it.
func (f *front) source() ([]byte, error) {
	var body bytes.Buffer
	seen := make(map[string]bool) // names of imports
	for _, s := range f.mirror {
		fmt.Fprintf(&body, "\ntype %s %s\n", s.Name.Name, f.text(s.Type, "", seen))
	}
	for _, name := range slices.Sorted(maps.Keys(f.opaque)) {
		fmt.Fprintf(&body, "\ntype %s struct{ _ byte }\n", name)
	}
	for _, name := range f.errs {
		fmt.Fprintf(&body, "\nvar %s error\n", name)
	}
	for _, fn := range f.funcs {
		fmt.Fprintf(&body, "\nvar %s %s\n", fn.Name.Name, f.text(fn.Type, "", seen))
	}
	for _, m := range f.methods {
		owner, ok := f.owner(m)
		if !ok {
			continue
		}
		fmt.Fprintf(&body, "\nvar %s_%s %s\n", owner, m.Name.Name, f.text(withReceiver(owner, m.Type), "", seen))
		fmt.Fprintf(&body, "\nfunc (self *%s) %s%s {\n", owner, m.Name.Name, strings.TrimPrefix(f.text(named(m.Type), "", seen), "func"))
		if m.Type.Results != nil {
			body.WriteString("return ")
		}
		fmt.Fprintf(&body, "%s_%s(self%s)\n}\n", owner, m.Name.Name, arguments(m.Type))
	}
	return f.file(body.Bytes(), seen, nil)
}

// bind returns the file that puts the version in the folder home behind the
// front, where the environment asks for it. It compiles only if the version has
// the step's names and signatures. program tells whether its main function is
// in a package of the version.
func (f *front) bind(step, home string, program bool) ([]byte, error) {
	var body bytes.Buffer
	seen := make(map[string]bool)
	extra := []string{`"os"`, fmt.Sprintf("%s %q", home, batch+"/"+home+"/steps/"+step)}
	// The two types differ in nothing but their name, or in what only the
	// version itself looks at behind a pointer.
	take := func(name, own, typed, plain string) {
		fmt.Fprintf(&body, "{\nvar own %s = %s\n%s = *(*%s)(unsafe.Pointer(&own))\n}\n", typed, own, name, plain)
	}
	fmt.Fprintf(&body, "\nfunc init() {\nif os.Getenv(%q) != %q {\nreturn\n}\n", whichVersion, home)
	for _, s := range f.mirror {
		if _, ok := s.Type.(*ast.InterfaceType); ok {
			fmt.Fprintf(&body, "var _ %s.%s = %[2]s(nil)\nvar _ %[2]s = %[1]s.%[2]s(nil)\n", home, s.Name.Name)
		} else {
			fmt.Fprintf(&body, "_ = %s.%s(%[2]s{})\n", home, s.Name.Name)
		}
	}
	for _, name := range f.errs {
		fmt.Fprintf(&body, "%s = %s.%[1]s\n", name, home)
	}
	for _, fn := range f.funcs {
		take(fn.Name.Name, home+"."+fn.Name.Name, f.text(fn.Type, home, seen), f.text(fn.Type, "", seen))
	}
	for _, m := range f.methods {
		owner, ok := f.owner(m)
		if !ok {
			continue
		}
		whole := withReceiver(owner, m.Type)
		take(owner+"_"+m.Name.Name, fmt.Sprintf("(*%s.%s).%s", home, owner, m.Name.Name), f.text(whole, home, seen), f.text(whole, "", seen))
	}
	if len(f.funcs)+len(f.methods) > 0 {
		extra = append(extra, `"unsafe"`)
	}
	if program {
		body.WriteString("shop.Laid = program.Laid\n")
		extra = append(extra, fmt.Sprintf("%q", variant.Module+"/"+programDir(step)), fmt.Sprintf("program %q", batch+"/"+home+"/"+programDir(step)))
	}
	body.WriteString("}\n")
	return f.file(body.Bytes(), seen, extra)
}

// file returns a file of the front with the imports that it needs.
func (f *front) file(body []byte, seen map[string]bool, extra []string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("package front\n\nimport (\n")
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		fmt.Fprintf(&b, "%s %q\n", name, f.imports[name])
	}
	for _, line := range extra {
		b.WriteString(line + "\n")
	}
	b.WriteString(")\n")
	return format.Source(append(b.Bytes(), body...))
}

// owner returns the type that a method belongs to, if that is opaque.
func (f *front) owner(m *ast.FuncDecl) (name string, ok bool) {
	star, ok := m.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return "", false
	}
	id, ok := star.X.(*ast.Ident)
	return id.Name, ok && f.opaque[id.Name]
}

// text prints a type, with the step's own types taken from the package home,
// unless that is "". It takes note of the imports that the text needs.
func (f *front) text(t ast.Expr, home string, seen map[string]bool) string {
	var renamed []*ast.Ident
	ast.Inspect(t, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok && f.imports[id.Name] != "" {
				seen[id.Name] = true
			}
			return false
		case *ast.Field:
			ast.Inspect(n.Type, func(n ast.Node) bool {
				if _, ok := n.(*ast.SelectorExpr); ok {
					return false
				}
				if id, ok := n.(*ast.Ident); ok && home != "" && f.own(id.Name) && !strings.Contains(id.Name, ".") {
					id.Name = home + "." + id.Name
					renamed = append(renamed, id)
				}
				return true
			})
		}
		return true
	})
	defer func() {
		for _, id := range renamed {
			id.Name = strings.TrimPrefix(id.Name, home+".")
		}
	}()
	var b bytes.Buffer
	if err := format.Node(&b, token.NewFileSet(), t); err != nil {
		return err.Error() // which does not compile
	}
	return b.String()
}

// own reports whether name is one of the step's exported types.
func (f *front) own(name string) bool {
	return f.opaque[name] || slices.ContainsFunc(f.mirror, func(s *ast.TypeSpec) bool { return s.Name.Name == name })
}

// methodOf finds expressions of the opaque types' methods, such as
// (*dbmetrics.Store).Status: the front has a variable for each.
func (f *front) methodOf() *regexp.Regexp {
	return regexp.MustCompile(`\(\*(\w+)\.(` + strings.Join(slices.Sorted(maps.Keys(f.opaque)), "|") + `)\)\.(\w+)`)
}

// withReceiver returns the type of a method's expression.
func withReceiver(owner string, t *ast.FuncType) *ast.FuncType {
	self := &ast.Field{Type: &ast.StarExpr{X: ast.NewIdent(owner)}}
	params := []*ast.Field{self}
	for _, p := range t.Params.List {
		for range max(1, len(p.Names)) {
			params = append(params, &ast.Field{Type: p.Type})
		}
	}
	return &ast.FuncType{Params: &ast.FieldList{List: params}, Results: t.Results}
}

// named returns the type of a function whose parameters all have names.
func named(t *ast.FuncType) *ast.FuncType {
	var params []*ast.Field
	for _, p := range t.Params.List {
		for range max(1, len(p.Names)) {
			params = append(params, &ast.Field{Names: []*ast.Ident{ast.NewIdent(fmt.Sprintf("p%d", len(params)))}, Type: p.Type})
		}
	}
	return &ast.FuncType{Params: &ast.FieldList{List: params}, Results: t.Results}
}

// arguments lists the parameters that named has named, to be passed on behind
// another one.
func arguments(t *ast.FuncType) string {
	var b strings.Builder
	for _, p := range named(t).Params.List {
		b.WriteString(", " + p.Names[0].Name)
		if _, ok := p.Type.(*ast.Ellipsis); ok {
			b.WriteString("...")
		}
	}
	return b.String()
}
