package mutation

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"

	"otel.workshop/internal/variant"
)

// A compiler tells which changes of a solution compile. It reads what the
// solution imports once, and each change in a few milliseconds.
type compiler struct {
	step     string
	solution variant.Files
	fset     *token.FileSet
	imported types.Importer
	parsed   map[string]*ast.File
	info     *types.Info
}

func newCompiler(root, step string, solution variant.Files) (*compiler, error) {
	c := &compiler{step: step, solution: solution, fset: token.NewFileSet(), parsed: make(map[string]*ast.File),
		info: &types.Info{Types: make(map[ast.Expr]types.TypeAndValue), Uses: make(map[*ast.Ident]types.Object), Defs: make(map[*ast.Ident]types.Object)}}
	cmd := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}", "./solutions/"+step+"/...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("compile what %s imports: %w", step, err)
	}
	exports := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		if name, file, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			exports[name] = file
		}
	}
	c.imported = importer.ForCompiler(c.fset, "gc", func(name string) (io.ReadCloser, error) { return os.Open(exports[name]) })
	for _, dir := range c.dirs() {
		var files []*ast.File
		for name, data := range solution {
			if path.Dir(name) != dir {
				continue
			}
			file, err := parser.ParseFile(c.fset, name, data, parser.ParseComments)
			if err != nil {
				return nil, err
			}
			c.parsed[name] = file
			files = append(files, file)
		}
		config := types.Config{Importer: c.imported}
		if _, err := config.Check(dir, c.fset, files, c.info); err != nil {
			return nil, fmt.Errorf("the solution of %s: %w", step, err)
		}
	}
	return c, nil
}

// names are the files of the solution, the package's before its program's.
func (c *compiler) names() []string {
	names := slices.Collect(maps.Keys(c.solution))
	slices.SortFunc(names, func(a, b string) int {
		if n := strings.Count(a, "/") - strings.Count(b, "/"); n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	return names
}

func (c *compiler) dirs() []string {
	dirs := make(map[string]bool)
	for name := range c.solution {
		dirs[path.Dir(name)] = true
	}
	return slices.Sorted(maps.Keys(dirs))
}

// compiling returns the solution with the file name changed, and whether that
// compiles. What nobody uses any more after the change, a name or an import,
// goes too: a person would have done the same.
func (c *compiler) compiling(name string, changed []byte) (variant.Files, bool) {
	for range 6 {
		if changed == nil {
			return nil, false
		}
		err := c.check(name, changed)
		if err == nil {
			files := maps.Clone(c.solution)
			files[name] = changed
			return files, true
		}
		changed = mend(changed, err)
	}
	return nil, false
}

// check returns the first error of the package that holds the changed file.
func (c *compiler) check(name string, changed []byte) *types.Error {
	fset := token.NewFileSet()
	var files []*ast.File
	for other, data := range c.solution {
		if path.Dir(other) != path.Dir(name) {
			continue
		}
		if other == name {
			data = changed
		}
		file, err := parser.ParseFile(fset, other, data, parser.SkipObjectResolution)
		if err != nil {
			return &types.Error{Msg: err.Error()}
		}
		files = append(files, file)
	}
	var first *types.Error
	config := types.Config{Importer: c.imported, Error: func(err error) {
		if e, ok := err.(types.Error); ok && first == nil {
			first = &e
		}
	}}
	_, _ = config.Check(path.Dir(name), fset, files, nil) // its errors have gone to Error
	if first != nil && fset.Position(first.Pos).Filename != name {
		return &types.Error{Msg: first.Msg} // not to be mended here
	}
	return first
}

var (
	unusedName   = regexp.MustCompile(`^declared and not used: (\w+)`)
	unusedImport = regexp.MustCompile(`imported.* and not used`)
)

// mend takes what is unused out of a file, or returns nil.
func mend(src []byte, err *types.Error) []byte {
	if err.Fset == nil {
		return nil
	}
	at := err.Fset.Position(err.Pos).Offset
	switch m := unusedName.FindStringSubmatch(err.Msg); {
	case m != nil:
		return formatted(string(src[:at]) + "_" + string(src[at+len(m[1]):]))
	case strings.HasPrefix(err.Msg, "no new variables on left side"):
		return formatted(string(src[:at]) + strings.Replace(string(src[at:]), ":=", "=", 1))
	case unusedImport.MatchString(err.Msg):
		start := strings.LastIndex(string(src[:at]), "\n") + 1
		end := at + strings.Index(string(src[at:]), "\n") + 1
		return formatted(string(src[:start]) + string(src[end:]))
	}
	return nil
}

func formatted(src string) []byte {
	out, err := format.Source([]byte(src))
	if err != nil {
		return nil
	}
	return out
}
