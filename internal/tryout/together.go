package tryout

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"otel.workshop/internal/trial"
	"otel.workshop/internal/variant"
)

// together is the folder, seen by nobody but the compiler, of tests that are built
// into one binary.
const together = "checker/" + Step + "/suites"

// Pure has the go command build without the C library: to load it is a fifth of
// what the start of a process takes, and what is built together is started
// hundreds of times.
const Pure = "CGO_ENABLED=0"

// BuildTogether builds many versions of the step's tests, each given as the
// solution has its files, into one binary in dir: to link it is most of the work.
// It returns the file of each one's suite, whose processes have its tests and see
// no others; "" for a version that has to be built by itself.
func BuildTogether(ctx context.Context, root, dir string, versions []variant.Files) (files []string, err error) {
	replace := make(map[string][]byte)
	suite, err := furnish(root, replace)
	if err != nil {
		return nil, err
	}
	suite.Binary = filepath.Join(dir, "suites.test.exe")
	if suite.Dir, err = filepath.Abs(filepath.Join(root, "steps", Step)); err != nil {
		return nil, err
	}
	files = make([]string, len(versions))
	var imports, suites strings.Builder
	placed := make(map[string]bool)
	for i, version := range versions {
		p, ok := pack(version, suite.Dir)
		if !ok {
			continue
		}
		if files[i], err = writeAs(suite, p.home, dir); err != nil {
			return nil, err
		}
		if placed[p.home] {
			continue
		}
		placed[p.home] = true
		maps.Copy(replace, p.files)
		imports.WriteString(p.imports)
		fmt.Fprintf(&suites, "\t%q: {%s, []testing.InternalTest{\n%s\t}},\n", p.home, p.main, p.inside+p.outside)
	}
	replace[path.Join(together, "suites_test.go")] = fmt.Appendf(nil, chorus, imports.String(), suites.String())
	overlay, err := variant.WriteOverlay(filepath.Join(root, ".workshop", "overlay"), replace, root)
	if err != nil {
		return nil, err
	}
	return files, compile(ctx, root, overlay, buildArgs(suite.Binary, overlay, together), Pure)
}

// writeAs writes the suite with which a process has the tests of that name.
func writeAs(suite trial.Suite, name, dir string) (file string, err error) {
	tokens := make(map[string]string)
	for subject, chosen := range suite.Tokens {
		tokens[subject] = chosen + "-" + name
	}
	suite.Tokens = tokens
	dir = filepath.Join(dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return suite.Write(dir)
}

// chorus runs one of several learners' tests. It gets its imports, and the tests.
const chorus = `// Package suites has the tests of several learners.
package suites

import (
	"reflect"
	"testing"
	"unsafe"

	"otel.workshop/checker/05-own-tests/subjects"

%s)

var suites = map[string]struct {
	main  func(*testing.M)
	tests []testing.InternalTest
}{
%s}

// TestMain runs the tests that the process was started for, as if they were all.
func TestMain(m *testing.M) {
	mine := suites[subjects.Suite]
	field := reflect.ValueOf(m).Elem().FieldByName("tests")
	*(*[]testing.InternalTest)(unsafe.Pointer(field.UnsafeAddr())) = mine.tests
	if mine.main == nil {
		m.Run()
		return
	}
	mine.main(m)
}
`

// A packed version has its tests in packages that others can import.
type packed struct {
	home    string // its folder
	files   map[string][]byte
	imports string
	main    string // its TestMain, or nil
	inside  string // its tests, in the order of the go command: first the package's own,
	outside string // then those of the package beside it, …_test
}

// pack makes packages of a version's tests. What they say of places is true of the
// real ones, in the folder dir. ok is false for what the go command alone can
// run.
func pack(files variant.Files, dir string) (p packed, ok bool) {
	p = packed{home: "v" + variant.Hash(files)[:16], files: make(map[string][]byte), main: "nil"}
	home := path.Join(together, p.home)
	files = variant.Reimport(files, variant.Module+"/solutions/"+Step, variant.Module+"/"+home)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if compiled, err := here(files[name]).MatchFile(dir, name); err == nil && !compiled {
			continue // for another system
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, files[name], parser.SkipObjectResolution)
		if err != nil || strings.Contains(string(files[name]), "//go:embed ") || strings.Contains(string(files[name]), `import "C"`) {
			return p, false
		}
		place := name
		if base, test := strings.CutSuffix(name, "_test.go"); test && path.Dir(name) == "." {
			as, folder, tests := p.home, home, &p.inside
			if strings.HasSuffix(file.Name.Name, "_test") {
				as, folder, tests = p.home+"_test", path.Join(home, "outside"), &p.outside
			}
			place = path.Join(strings.TrimPrefix(folder, home), "test_"+base+".go")
			if !p.add(file, as, tests) {
				return p, false
			}
			// What they are tried on is there before their own variables.
			chosen := path.Join(folder, "subject_chosen.go")
			if p.files[chosen] == nil {
				p.files[chosen] = fmt.Appendf(nil, "package %s\n\nimport _ %q\n", file.Name.Name, variant.Module+"/"+subjects)
				p.imports += fmt.Sprintf("\t%s %q\n", as, variant.Module+"/"+folder)
			}
		}
		p.files[path.Join(home, place)] = fmt.Appendf(nil, "//line %s:1\n%s", filepath.ToSlash(filepath.Join(dir, filepath.FromSlash(name))), files[name])
	}
	return p, true
}

// here is this system, on which every file has that content.
func here(data []byte) *build.Context {
	system := build.Default
	system.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	return &system
}

// add takes note of a file's tests. It refuses examples, and what is fuzzed.
func (p *packed) add(file *ast.File, as string, tests *string) bool {
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Recv != nil {
			continue
		}
		switch name := f.Name.Name; {
		case isTest(name, "Fuzz"), isTest(name, "Example"):
			return false
		case name == "TestMain":
			p.main = as + ".TestMain"
		case isTest(name, "Test"):
			*tests += fmt.Sprintf("\t\t{Name: %q, F: %s.%s},\n", name, as, name)
		}
	}
	return true
}

// isTest reports whether the go command takes a function of that name for one of
// its kind.
func isTest(name, kind string) bool {
	rest, ok := strings.CutPrefix(name, kind)
	first, _ := utf8.DecodeRuneInString(rest)
	return ok && !unicode.IsLower(first)
}
