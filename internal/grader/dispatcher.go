package grader

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"

	"otel.workshop/internal/variant"
)

// checkNames lists the test functions of a package of checks.
func checkNames(dir string) (names []string, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") && f.Name.Name != "TestMain" {
				names = append(names, f.Name.Name)
			}
		}
	}
	return names, nil
}

// dispatcher returns a file of tests that call those of the version which the
// environment names.
func dispatcher(numbers []int, tests []string) []byte {
	var b bytes.Buffer
	b.WriteString("package batch\n\nimport (\n\t\"os\"\n\t\"testing\"\n\n")
	for _, i := range numbers {
		fmt.Fprintf(&b, "\t%s %q\n", home(i), variant.Module+"/batch/"+home(i)+"/checker")
	}
	fmt.Fprintf(&b, ")\n\nvar v = os.Getenv(%q)\n\nvar mains = map[string]func(*testing.M){\n", whichVersion)
	for _, i := range numbers {
		fmt.Fprintf(&b, "\t%q: %[1]s.TestMain,\n", home(i))
	}
	b.WriteString("}\n\nfunc TestMain(m *testing.M) { mains[v](m) }\n")
	for _, name := range tests {
		fmt.Fprintf(&b, "\nfunc %s(t *testing.T) {\n\tmap[string]func(*testing.T){\n", name)
		for _, i := range numbers {
			fmt.Fprintf(&b, "\t\t%q: %[1]s.%s,\n", home(i), name)
		}
		b.WriteString("\t}[v](t)\n}\n")
	}
	return b.Bytes()
}
