package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"otel.workshop/internal/shop"
	"otel.workshop/internal/variant"
)

const warmUp = "run go run . doctor --warm while you are online"

// noNetwork keeps the go command from downloading what is missing.
var noNetwork = []string{"GOPROXY=off"}

// modules looks whether the modules that builds need are in the module cache.
// go.mod names more: what no build reads may be missing.
func (o Options) modules(ctx context.Context) []Finding {
	if _, err := o.LookPath("go"); err != nil {
		return nil
	}
	f := Finding{Name: "modules"}
	all, missing, err := o.needed(ctx, noNetwork)
	switch {
	case err != nil && strings.Contains(err.Error(), "no space left on device"):
		f.Level, f.Says, f.Do = Bad, err.Error(), "make room in "+os.TempDir()+" (or set TMPDIR to another folder), and in what go env GOMODCACHE names"
	case err != nil:
		f.Level, f.Says, f.Do = Bad, err.Error(), o.restore(ctx, "go.mod", "go.sum")
	case len(missing) > 0 && all == 0:
		f.Level, f.Says, f.Do = Warn, "not downloaded yet", warmUp
	case len(missing) > 0:
		f.Level, f.Do = Warn, warmUp
		f.Says = "not downloaded yet: " + strings.Join(missing[:min(len(missing), 3)], ", ")
		if n := len(missing) - 3; n > 0 {
			f.Says += fmt.Sprintf(" and %d more packages", n)
		}
	default:
		f.Says = fmt.Sprintf("all %d that builds need are downloaded", all)
	}
	return []Finding{f}
}

// restore says what to do about files at the workshop's top that the go command
// doesn't like. Git is not to restore what it calls unchanged.
func (o Options) restore(ctx context.Context, names ...string) string {
	files := strings.Join(names, " and ")
	changed, err := o.Changed(ctx, o.Root, names...)
	switch {
	case err != nil:
		return "compare " + files + " with those of the repository that this one was cloned from"
	case !changed:
		return "git calls " + files + " unchanged, so it is this machine: look at what go env GOFLAGS GOPROXY GOMODCACHE says, and then try go build ./internal/command/workshop by itself"
	}
	return "let git restore " + strings.Join(names, " ") + " bring the files back, unless you changed them on purpose"
}

// needs tells the module of each package, and what is wrong with a package.
const needs = `{{if not .Standard}}need {{.ImportPath}} {{with .Module}}{{.Path}}{{else}}-{{end}} {{with .Error}}{{printf "%q" .Err}}{{end}}{{end}}`

var need = regexp.MustCompile(`(?m)^need (\S+) (\S+) (.*)$`)

// needed returns how many modules the workshop's builds need, its own not
// counted, and the packages of those that are not to be had.
func (o Options) needed(ctx context.Context, env []string) (all int, missing []string, err error) {
	args := []string{"list", "-deps", "-test", "-e", "-f", needs}
	for _, pattern := range []struct{ glob, packages string }{
		{"internal/command/workshop/*", "./internal/command/workshop"}, {"internal/postgres/serve/*", "./internal/postgres/serve"},
		{"solutions/*", "./solutions/..."}, {"steps/*", "./steps/..."}, {"checker/*", "./checker/..."},
	} {
		if names, _ := fsGlob(o.Root, pattern.glob); len(names) > 0 {
			args = append(args, pattern.packages)
		}
	}
	out, err := o.Go(ctx, o.Root, env, args...)
	if ctx.Err() != nil {
		return 0, nil, context.Cause(ctx)
	}
	if err != nil {
		return 0, nil, errors.New(said(out, err))
	}
	modules := map[string]bool{}
	for _, m := range need.FindAllStringSubmatch(out, -1) {
		switch pkg, module, wrong := m[1], m[2], m[3]; {
		case module == variant.Module, strings.HasPrefix(pkg, variant.Module+"/"):
			// Its own, and maybe half written.
		case strings.Contains(wrong, "go.sum"):
			return 0, nil, fmt.Errorf("%s: %s", pkg, unquoted(wrong))
		case strings.Contains(wrong, "no required module provides"):
			// What a learner imports that nobody else does.
		case wrong != "":
			missing = append(missing, pkg)
		default:
			modules[module] = true
		}
	}
	return len(modules), missing, nil
}

func unquoted(text string) string {
	if plain, err := strconv.Unquote(text); err == nil {
		return plain
	}
	return text
}

// said returns all that a go command has printed, but for what it downloads.
func said(out string, err error) string {
	var lines []string
	for line := range strings.Lines(out) {
		if line = strings.TrimRight(line, "\r\n"); line != "" && !strings.HasPrefix(line, "go: downloading ") {
			lines = append(lines, strings.TrimPrefix(line, "go: "))
		}
	}
	if len(lines) == 0 {
		return firstLine("", err)
	}
	return strings.Join(lines, "\n")
}

// compiles is a line of go build -n that compiles a package.
var compiles = regexp.MustCompile(`(?m)[/\\]compile(?:\.exe)?"? .*? -p (\S+) `)

// buildCache asks the go command what it would have to compile for the last
// solution's service, which stands on all the others.
func (o Options) buildCache(ctx context.Context) []Finding {
	services := services(o.Root, "solutions")
	if len(services) == 0 {
		return nil
	}
	args := shop.BuildArgs(services[len(services)-1], filepath.Join(os.TempDir(), "otel-workshop-unused"), "")
	out, err := o.Go(ctx, o.Root, noNetwork, append([]string{args[0], "-n"}, args[1:]...)...)
	if err != nil {
		return nil // what is missing for it, others tell
	}
	cold := 0
	for _, m := range compiles.FindAllStringSubmatch(out, -1) {
		// main, and packages of this module, are compiled at every turn.
		if m[1] != "main" && !strings.HasPrefix(m[1], variant.Module+"/") {
			cold++
		}
	}
	f := Finding{Name: "build cache", Says: "warm"}
	if cold > 0 {
		f.Level, f.Says = Warn, fmt.Sprintf("%d packages are not compiled yet, so the first start takes a while", cold)
		f.Do = "run go run . doctor --warm beforehand"
	}
	return []Finding{f}
}

// services returns the folders of a tree that have a service, in order:
// "solutions/01-minimal".
func services(root, tree string) []string {
	return parents(root, tree+"/*/shop/main.go", 2)
}

// parents returns the folders that lie a number of levels above the files of a
// pattern.
func parents(root, pattern string, up int) []string {
	names, _ := fsGlob(root, pattern) // the patterns are ours, and well formed
	for i, name := range names {
		for range up {
			name = path.Dir(name)
		}
		names[i] = name
	}
	return names
}
