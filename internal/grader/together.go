package grader

import (
	"context"
	"errors"
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
	"strings"
	"sync"

	"otel.workshop/internal/gcflags"
	"otel.workshop/internal/linked"
	"otel.workshop/internal/tryout"
	"otel.workshop/internal/variant"
)

// How many versions of a step get into one binary: they stand in a module of
// their own, otel.workshop/batch, which is the [shelf]. Each has a folder there,
// v…/steps/NN-…, and its program in v…/checker/NN-…/shop. The checks are there
// once, in set-…/checker, and see the version that the environment names through
// the package front beside them. All else is compiled where it stands, and so
// found in the build cache.

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
	"regexp.MustCompile", "semconv.ServiceName", "metric.WithAttributes", "attribute.NewSet",
	"tracetest.NewSpanRecorder", "tracetest.NewInMemoryExporter", "sdkmetric.NewManualReader", "metric.NewManualReader"}

// buildTogether builds versions of one step into one binary in dir. The builds
// of those that don't compile have no binary.
func buildTogether(ctx context.Context, root, step, dir string, versions []*Version) ([]build, error) {
	face, err := frontOf(root, step)
	if err != nil {
		return nil, err
	}
	solution, err := variant.Solution(root, step)
	if err != nil {
		return nil, err
	}
	on := openShelf(dir)
	builds := make([]build, len(versions))
	binds := make(map[string][]byte) // what binds a version to the front, by the version's folder
	for i, v := range versions {
		alone, err := variant.ForStep(root, step, v.files)
		if err != nil {
			return nil, err
		}
		home, program, err := furnish(on, root, step, v.files, solution)
		if err != nil {
			return nil, err
		}
		if binds[home], err = face.bind(step, home, program); err != nil {
			return nil, err
		}
		builds[i] = build{root: root, step: step, dir: filepath.Join(dir, home), env: []string{whichVersion + "=" + home}}
		if builds[i].overlay, err = variant.WriteOverlay(filepath.Join(root, ".workshop", "overlay"), alone, root); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(builds[i].dir, 0o700); err != nil {
			return nil, err
		}
	}
	modfile, err := writeModule(root, dir, on)
	if err != nil {
		return nil, err
	}
	binary := filepath.Join(dir, program(step+".test", runtime.GOOS))
	for len(binds) > 0 {
		set, err := putSet(on, face, root, step, binds)
		if err != nil {
			return nil, err
		}
		out, err := compile(ctx, root, step, binary, modfile, set, slices.Sorted(maps.Keys(binds)))
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err == nil {
			break
		}
		guilty := inVersion.FindAllStringSubmatch(out, -1)
		if guilty == nil {
			return nil, fmt.Errorf("build %d versions of %s together: %w\n%s", len(binds), step, err, out)
		}
		for _, m := range guilty {
			delete(binds, m[1]+m[2]) // one of the two is empty
		}
	}
	for i := range builds {
		if home := filepath.Base(builds[i].dir); binds[home] != nil {
			builds[i].binary = binary
			builds[i].vet = filepath.Join(dir, home+".vet.txt")
		}
	}
	return builds, nil
}

// inVersion finds which versions the go command complains about.
var inVersion = regexp.MustCompile(`(?m)^(?:# otel\.workshop/batch/(v\w+)/|.*\bbind_(v\w+)\.go:)`)

// furnish puts a version on the shelf. It returns the name of its folder, and
// whether its program stands there as a package that the checks can run. As a
// program, for go vet, it does if it is not the solution's.
func furnish(on shelf, root, step string, files, solution variant.Files) (home string, program bool, err error) {
	placed := make(variant.Files)
	own := variant.AsStep(step, files)
	usual := variant.Equal(programOf(files), programOf(solution))
	for name, data := range own {
		if !usual || !isProgram(name) {
			placed[path.Join("steps", step, name)] = data
		}
	}
	beside, err := programBeside(root, step, own)
	if err != nil {
		return "", false, err
	}
	maps.Copy(placed, beside) // without one, the checks build it by themselves
	home = "v" + variant.Hash(placed)[:16]
	placed = variant.Reimport(placed, variant.Module+"/steps/"+step, batch+"/"+home+"/steps/"+step)
	return home, beside != nil, on.put(home, placed)
}

// putSet puts the checks on the shelf, and the front through which they see the
// versions that it is bound to. It returns the name of their folder.
func putSet(on shelf, face *front, root, step string, binds map[string][]byte) (set string, err error) {
	files := make(variant.Files)
	if files["front/front.go"], err = face.source(); err != nil {
		return "", err
	}
	for home, bind := range binds {
		files["front/bind_"+home+".go"] = bind
	}
	files["shop/shop.go"] = []byte("package shop\n\nvar Laid func()\n")
	checks, err := filepath.Glob(filepath.Join(root, "checker", step, "*_test.go"))
	if err != nil {
		return "", err
	}
	for _, check := range checks {
		data, err := os.ReadFile(check)
		if err != nil {
			return "", err
		}
		files["checker/"+filepath.Base(check)] = face.methodOf().ReplaceAll(data, []byte("$1.${2}_$3"))
	}
	set = "set-" + variant.Hash(files)[:16]
	files = variant.Reimport(files, variant.Module+"/steps/"+step, batch+"/"+set+"/front")
	files = variant.Reimport(files, variant.Module+"/"+programDir(step), batch+"/"+set+"/shop")
	return set, on.put(set, files)
}

// batch is the module that the shelf is.
const batch = variant.Module + "/batch"

// writeModule makes the shelf a module that the one in root requires, says the
// go.mod that it writes into dir.
func writeModule(root, dir string, on shelf) (modfile string, err error) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", err
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return "", err
	}
	modfile = filepath.Join(dir, "workshop.mod")
	return modfile, errors.Join(
		write(on.dir, "go.mod", []byte("module "+batch+"\n\ngo 1.26\n")),
		write(dir, "workshop.mod", fmt.Appendf(mod, "\nrequire %s v0.0.0\nreplace %[1]s => %q\n", batch, filepath.ToSlash(on.dir))),
		write(dir, "workshop.sum", sum))
}

// write writes a file, and the folders above it.
func write(dir, name string, data []byte) error {
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o600)
}

// compile builds the versions in these folders into binary, and vets them beside
// that: what go vet says of each is left in the binary's folder. It returns what
// the compiler said.
func compile(ctx context.Context, root, step, binary, modfile, set string, homes []string) (string, error) {
	modfile = "-modfile=" + modfile
	goCommand := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir = root
		cmd.Env = append(compiling(), tryout.Pure)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	vet := []string{"vet", modfile, gcflags.Fast}
	for _, home := range homes {
		vet = append(vet, batch+"/"+home+"/steps/"+step+"/...")
	}
	var (
		both   sync.WaitGroup
		vetted string
	)
	both.Go(func() { vetted, _ = goCommand(vet...) }) // an error says that it has found something
	args := BuildArgs(step, binary, modfile)
	args[len(args)-1] = batch + "/" + set + "/checker"
	var out string
	err := linked.Again(root, set, binary, func() (err error) {
		out, err = goCommand(args...)
		return err
	})
	both.Wait()
	if err != nil {
		return out, err
	}
	for _, home := range homes {
		var lines strings.Builder
		for line := range strings.Lines(vetted) {
			if _, place, ok := strings.Cut(line, "/"+home+"/steps/"); ok && !strings.HasPrefix(line, "# ") {
				lines.WriteString("steps/" + place)
			}
		}
		if err := write(filepath.Dir(binary), home+".vet.txt", []byte(lines.String())); err != nil {
			return "", err
		}
	}
	return out, nil
}
