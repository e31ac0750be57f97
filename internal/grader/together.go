package grader

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"otel.workshop/internal/variant"
)

// How many versions of a step get into one binary: they stand in a module of
// their own, otel.workshop/batch, each in a folder, v7/steps/NN-…, and its
// program in v7/checker/NN-…/shop. The checks are there once, in checker, and
// see the version that the environment names through the package front. All
// else is compiled where it stands, and so found in the build cache.

// whichVersion is the environment variable that chooses among the versions of
// one binary.
const whichVersion = "WORKSHOP_VERSION"

// mayShare reports whether a version does nothing while it is initialised that
// another one in the same process could notice.
func mayShare(files variant.Files) bool {
	for _, data := range files {
		file, err := parser.ParseFile(token.NewFileSet(), "", data, parser.SkipObjectResolution)
		if err != nil {
			return false // and its report will say why
		}
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					return false
				}
			case *ast.GenDecl:
				if d.Tok == token.VAR && !harmless(d) {
					return false
				}
			}
		}
	}
	return true
}

// harmless reports whether variables are initialised without a call, but for
// some that are known to change nothing.
func harmless(d *ast.GenDecl) bool {
	ok := true
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false // nobody calls it yet
		case *ast.CallExpr:
			switch fun := ast.Unparen(n.Fun).(type) {
			case *ast.SelectorExpr:
				pkg, _ := fun.X.(*ast.Ident)
				ok = ok && pkg != nil && slices.Contains(quiet, pkg.Name+"."+fun.Sel.Name)
			default:
				ok = false
			}
		}
		return true
	})
	return ok
}

// quiet are calls that leave nothing behind.
var quiet = []string{"errors.New", "fmt.Errorf", "otel.Tracer", "attribute.Key", "attribute.String",
	"regexp.MustCompile", "semconv.ServiceName", "metric.WithAttributes", "attribute.NewSet"}

// buildTogether builds versions of one step into one binary in dir. The builds
// of those that don't compile have no binary.
func buildTogether(ctx context.Context, root, step, dir string, versions []*Version) ([]build, error) {
	face, err := frontOf(root, step)
	if err != nil {
		return nil, err
	}
	builds := make([]build, len(versions))
	compiling := make(map[int]bool)
	for i, v := range versions {
		alone, err := variant.ForStep(root, step, v.files)
		if err != nil {
			return nil, err
		}
		builds[i] = build{root: root, step: step, dir: filepath.Join(dir, home(i)), env: []string{whichVersion + "=" + home(i)}}
		builds[i].overlay, err = variant.WriteOverlay(filepath.Join(root, ".workshop", "overlay"), alone, root)
		if err != nil {
			return nil, err
		}
		if err := furnish(face, root, step, dir, home(i), v.files); err != nil {
			return nil, err
		}
		compiling[i] = true
	}
	if err := writeChecks(face, root, step, dir); err != nil {
		return nil, err
	}
	if err := writeModule(root, dir); err != nil {
		return nil, err
	}
	binary := filepath.Join(dir, step+".test")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	for len(compiling) > 0 {
		numbers := slices.Sorted(maps.Keys(compiling))
		out, err := compile(ctx, step, binary, builds, numbers)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err == nil {
			for i := range compiling {
				builds[i].binary = binary
			}
			break
		}
		guilty := inVersion.FindAllStringSubmatch(out, -1)
		if guilty == nil {
			return nil, fmt.Errorf("build %d versions of %s together: %w\n%s", len(compiling), step, err, out)
		}
		for _, m := range guilty {
			i, _ := strconv.Atoi(m[1] + m[2]) // digits, of one or of the other
			delete(compiling, i)
			if err := os.RemoveAll(filepath.Join(dir, "front", bindFile(home(i)))); err != nil {
				return nil, err
			}
		}
	}
	return builds, nil
}

// home is the folder of the i-th version.
func home(i int) string { return fmt.Sprintf("v%d", i) }

// bindFile is the front's file for a version.
func bindFile(home string) string { return "bind_" + home + ".go" }

// inVersion finds which versions the go command complains about.
var inVersion = regexp.MustCompile(`(?m)^(?:# otel\.workshop/batch/v(\d+)/|.*\bbind_v(\d+)\.go:)`)

// furnish writes a version into its folder, and what binds it to the front.
func furnish(face *front, root, step, dir, home string, files variant.Files) error {
	from, to := variant.Module+"/steps/"+step, variant.Module+"/batch/"+home+"/steps/"+step
	placed := make(variant.Files)
	for name, data := range variant.AsStep(step, files) {
		placed[path.Join("steps", step, name)] = data
	}
	program, err := programBeside(root, step, variant.AsStep(step, files))
	if err != nil {
		return err
	}
	maps.Copy(placed, program) // without one, the checks build it by themselves
	for name, data := range variant.Reimport(placed, from, to) {
		if err := write(dir, path.Join(home, name), data); err != nil {
			return err
		}
	}
	bind, err := face.bind(step, home, program != nil)
	if err != nil {
		return err
	}
	return write(dir, path.Join("front", bindFile(home)), bind)
}

// writeChecks writes the checks, and the front that they see the versions
// through.
func writeChecks(face *front, root, step, dir string) error {
	source, err := face.source()
	if err != nil {
		return err
	}
	if err := write(dir, "front/front.go", source); err != nil {
		return err
	}
	if err := write(dir, "shop/shop.go", []byte("package shop\n\nvar Laid func()\n")); err != nil {
		return err
	}
	checks, err := filepath.Glob(filepath.Join(root, "checker", step, "*_test.go"))
	if err != nil {
		return err
	}
	replaced := strings.NewReplacer(
		`"`+variant.Module+"/steps/"+step+`"`, `"`+variant.Module+`/batch/front"`,
		`"`+variant.Module+"/"+programDir(step)+`"`, `"`+variant.Module+`/batch/shop"`)
	for _, check := range checks {
		data, err := os.ReadFile(check)
		if err != nil {
			return err
		}
		data = face.methodOf().ReplaceAll([]byte(replaced.Replace(string(data))), []byte("$1.${2}_$3"))
		if err := write(dir, "checker/"+filepath.Base(check), data); err != nil {
			return err
		}
	}
	return nil
}

// write writes a file, and the folders above it.
func write(dir, name string, data []byte) error {
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o600)
}

// writeModule makes dir a module that the one in root requires, says the go.mod
// that is written beside it.
func writeModule(root, dir string) error {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return err
	}
	const batch = variant.Module + "/batch"
	mod = fmt.Appendf(mod, "\nrequire %s v0.0.0\nreplace %[1]s => %q\n", batch, filepath.ToSlash(dir))
	for name, data := range map[string][]byte{
		"go.mod":       []byte("module " + batch + "\n\ngo 1.26\n"),
		"workshop.mod": mod,
		"workshop.sum": sum,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// compile builds the versions of these numbers into binary, and vets them beside
// that. It returns what the compiler said.
func compile(ctx context.Context, step, binary string, builds []build, numbers []int) (string, error) {
	dir := filepath.Dir(binary)
	modfile := "-modfile=" + filepath.Join(dir, "workshop.mod")
	goCommand := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir = builds[numbers[0]].root
		cmd.Env = asModule(os.Environ())
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	vet := []string{"vet", modfile, "-gcflags=otel.workshop/...=-l"}
	for _, i := range numbers {
		vet = append(vet, variant.Module+"/batch/"+home(i)+"/steps/"+step)
	}
	var (
		both   sync.WaitGroup
		vetted string
	)
	both.Go(func() { vetted, _ = goCommand(vet...) }) // an error says that it has found something
	args := BuildArgs(step, binary, modfile)
	args[len(args)-1] = variant.Module + "/batch/checker"
	out, err := goCommand(args...)
	both.Wait()
	if err != nil {
		return out, err
	}
	for _, i := range numbers {
		var lines strings.Builder
		for line := range strings.Lines(vetted) {
			if _, place, ok := strings.Cut(line, "/"+home(i)+"/steps/"); ok && !strings.HasPrefix(line, "# ") {
				lines.WriteString("steps/" + place)
			}
		}
		builds[i].vet = filepath.Join(dir, home(i), "vet.txt")
		if err := os.WriteFile(builds[i].vet, []byte(lines.String()), 0o600); err != nil {
			return "", err
		}
	}
	return out, nil
}
