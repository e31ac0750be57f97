package lesson_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// No core check waits for a further one, ever. A room that stays in the core
// would be sent where it was told not to go.
//
// What a check may wait for is looked up in the sources, and not in how the
// variants end: the case that waits may be one that nobody has written a
// mistake for. Each id of a check that stands in a function counts as one that
// the function may hand to recorder.Needs.
func TestCoreWaitsForCoreAlone(t *testing.T) {
	for _, step := range load(t) {
		further := make(map[string]bool)
		for _, c := range step.Checks {
			further[c.ID] = c.Further
		}
		p := parsePackage(t, filepath.Join(root, "checker", step.Name))
		for _, c := range step.Checks {
			if c.Further {
				continue
			}
			p.reach(c.TestName(), func(what, at string) {
				if further[what] {
					t.Errorf("%s is core, and may wait for %s, which is further: %s", c.FullID(), what, at)
				}
			})
		}
	}
}

// A pkg is what the functions and variables of a package are made of.
type pkg struct {
	fset  *token.FileSet
	info  types.Info
	scope *types.Scope
	decls map[types.Object]ast.Node
}

// parsePackage reads the tests in dir. Types of other packages stay unknown,
// which is enough to tell this package's functions and methods apart.
func parsePackage(t *testing.T, dir string) *pkg {
	t.Helper()
	p := &pkg{
		fset:  token.NewFileSet(),
		info:  types.Info{Defs: make(map[*ast.Ident]types.Object), Uses: make(map[*ast.Ident]types.Object)},
		decls: make(map[types.Object]ast.Node),
	}
	names, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	require.NoError(t, err)
	var files []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(p.fset, name, nil, 0)
		require.NoError(t, err)
		files = append(files, f)
	}
	config := types.Config{Importer: nobody{}, Error: func(error) {}}
	checked, _ := config.Check(dir, p.fset, files, &p.info) // what it complains of are the imports
	p.scope = checked.Scope()
	for _, f := range files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				p.decls[p.info.Defs[d.Name]] = d
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if v, ok := s.(*ast.ValueSpec); ok {
						for _, name := range v.Names {
							p.decls[p.info.Defs[name]] = v
						}
					}
				}
			}
		}
	}
	return p
}

// reach visits the strings in all that the function may call, and in the
// variables that it may look at.
func (p *pkg) reach(function string, visit func(text, at string)) {
	seen := make(map[types.Object]bool)
	var walk func(types.Object)
	walk = func(o types.Object) {
		if seen[o] || p.decls[o] == nil {
			return
		}
		seen[o] = true
		ast.Inspect(p.decls[o], func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				walk(p.info.Uses[n])
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					visit(text, p.fset.Position(n.Pos()).String())
				}
			}
			return true
		})
	}
	walk(p.scope.Lookup(function))
}

// nobody imports nothing.
type nobody struct{}

func (nobody) Import(string) (*types.Package, error) { return nil, errors.New("not looked at") }
