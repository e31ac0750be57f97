package conventions

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

// A Parsed is one of a step's Go files.
type Parsed struct {
	*ast.File
	Path string // in the module, with slashes
	set  *token.FileSet
}

// Line returns the line on which something begins.
func (p Parsed) Line(n ast.Node) int { return p.set.Position(n.Pos()).Line }

// Parse returns the files of steps/step, its program included, as they are
// graded, in the order of their names. Those that don't parse are left out: the compiler will say so.
func Parse(t testing.TB, step string) (parsed []Parsed) {
	t.Helper()
	src, err := load("steps/" + step)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range src.files {
		set := token.NewFileSet()
		if file, err := parser.ParseFile(set, f.name, f.content, parser.SkipObjectResolution); err == nil {
			parsed = append(parsed, Parsed{file, f.name, set})
		}
	}
	return parsed
}
