package lesson_test

import (
	"cmp"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/lesson"
)

// hosts are where a fact may stand.
var hosts = []string{"pkg.go.dev", "go.dev", "opentelemetry.io", "www.w3.org", "www.postgresql.org"}

var (
	standsLine = regexp.MustCompile(`(?m)^Where it stands: (.*)\.$`)
	link       = regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`)
)

// Each check says where its facts stand: at a known host, and, of a package, in
// the version that go.mod pins, where what is linked is there.
func TestLessonsSayWhereItStands(t *testing.T) {
	modules := pinned(t)
	for _, step := range load(t) {
		for _, c := range step.Checks {
			m := standsLine.FindAllStringSubmatch(c.Text, -1)
			require.Len(t, m, 1, "%s has one line that begins with %q and ends with a full stop", c.FullID(), "Where it stands: ")
			links := link.FindAllStringSubmatch(m[0][1], -1)
			require.NotEmpty(t, links, c.FullID())
			for _, l := range links {
				mustStand(t, modules, c, strings.Trim(l[1], "`"), l[2])
			}
		}
	}
}

func mustStand(t *testing.T, modules map[string]module, c lesson.Check, text, address string) {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	require.Equal(t, "https", u.Scheme, address)
	require.Contains(t, hosts, u.Host, "%s: a host that nobody knows here", c.FullID())
	if u.Host != "pkg.go.dev" {
		return
	}
	importPath, version, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "@")
	m := moduleOf(modules, importPath)
	require.Equal(t, m.version, version, "%s: %s is pinned in go.mod", c.FullID(), cmp.Or(m.path, "the standard library"))
	if u.Fragment == "" {
		require.DirExists(t, m.dirOf(importPath))
		return
	}
	require.Contains(t, symbols(t, m.dirOf(importPath)), u.Fragment, "%s: %s has no such symbol", c.FullID(), importPath)
	if _, symbol, ok := strings.Cut(text, "."); ok {
		require.Equal(t, u.Fragment, symbol, "%s: the text says another one", c.FullID())
	}
}

// A module is where a package's sources are. The standard library has neither
// path nor version.
type module struct{ path, version, dir string }

func (m module) dirOf(importPath string) string {
	return filepath.Join(m.dir, filepath.FromSlash(strings.TrimPrefix(importPath, m.path)))
}

// pinned returns the modules of go.mod by their paths, and the standard library
// by none.
func pinned(t *testing.T) map[string]module {
	t.Helper()
	goroot := strings.TrimSpace(goCommand(t, "env", "GOROOT"))
	modules := map[string]module{"": {dir: filepath.Join(goroot, "src")}}
	for line := range strings.Lines(goCommand(t, "list", "-m", "-f", "{{.Path}}\t{{.Version}}\t{{.Dir}}", "all")) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) == 3 {
			modules[f[0]] = module{f[0], f[1], f[2]}
		}
	}
	return modules
}

func goCommand(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err)
	return string(out)
}

// moduleOf returns the module that a package is in.
func moduleOf(modules map[string]module, importPath string) module {
	path := importPath
	for modules[path].dir == "" {
		path = path[:max(0, strings.LastIndexByte(path, '/'))]
	}
	return modules[path]
}

// symbols returns what a package exports, as pkg.go.dev calls it: Func, Type,
// Type.Method, Const.
func symbols(t *testing.T, dir string) (names []string) {
	t.Helper()
	fset := token.NewFileSet()
	var files []*ast.File
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		if e.Type()&fs.ModeType != 0 || !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, filepath.Join(dir, e.Name()), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		if len(files) == 0 || f.Name.Name == files[0].Name.Name {
			files = append(files, f)
		}
	}
	pkg, err := doc.NewFromFiles(fset, files, "x")
	require.NoError(t, err)
	values := func(all []*doc.Value) {
		for _, v := range all {
			names = append(names, v.Names...)
		}
	}
	funcs := func(of string, all []*doc.Func) {
		for _, f := range all {
			names = append(names, of+f.Name)
		}
	}
	values(pkg.Consts)
	values(pkg.Vars)
	funcs("", pkg.Funcs)
	for _, typ := range pkg.Types {
		names = append(names, typ.Name)
		values(typ.Consts)
		values(typ.Vars)
		funcs("", typ.Funcs)
		funcs(typ.Name+".", typ.Methods)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
