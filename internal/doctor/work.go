package doctor

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"otel.workshop/internal/gcflags"
	"otel.workshop/internal/launch"
	"otel.workshop/internal/shop"
)

// A work is one run of the go command.
type work struct {
	name     string
	args     []string
	learners bool // it compiles what a learner edits
	planned  int  // packages that are compiled when it is done, of those that the bar knows
}

// works returns what the workshop will let the go command do, each piece once.
// The command itself is built: it is what runs here.
func (o WarmOptions) works(binary string) []work {
	var all []work
	for _, tree := range []string{"solutions", "steps"} {
		for _, dir := range services(o.Root, tree) {
			all = append(all, work{name: "building " + dir + "/shop", args: shop.BuildArgs(dir, binary, ""), learners: tree == "steps"})
		}
	}
	checks := slices.Compact(parents(o.Root, "checker/[0-9][0-9]-*/*_test.go", 1))
	for _, dir := range checks {
		if o.Checks != nil {
			all = append(all, work{name: "building " + dir, args: o.Checks(filepath.Base(dir), binary, ""), learners: true})
		}
	}
	if o.Suite != nil {
		if args, err := o.Suite(o.Root, binary); err == nil { // or the first verdict will say what is wrong
			all = append(all, work{name: "building the services of step 5", args: args, learners: true})
		}
	}
	if o.hasDatabase() {
		all = append(all, work{name: "building the database", args: launch.DatabaseArgs(binary)})
	}
	// With the flags of the builds, it finds what they have compiled.
	if len(services(o.Root, "solutions")) > 0 {
		all = append(all, work{name: "vetting the solutions", args: []string{"vet", gcflags.Fast, "./solutions/..."}})
	}
	return all
}

// hasDatabase reports whether this checkout has the embedded database.
func (o WarmOptions) hasDatabase() bool {
	_, err := os.Stat(filepath.Join(o.Root, "internal", "postgres", "serve"))
	return err == nil
}

// plan lets the bar know what there is to compile.
func (o WarmOptions) plan(ctx context.Context, works []work) error {
	if o.Bar == nil {
		return nil
	}
	for i, w := range works {
		_, err := o.watching(o.Bar.Plan)(ctx, o.Root, nil, with("-n", w.args)...)
		if ctx.Err() != nil {
			return err
		}
		works[i].planned = o.Bar.Planned() // what is wrong, the build will tell
	}
	o.Bar.Begin()
	return nil
}

// run does a work, and returns what the go command has to say.
func (o WarmOptions) run(ctx context.Context, w work) (string, error) {
	if o.Bar == nil {
		return o.watching(nil)(ctx, o.Root, nil, w.args...)
	}
	defer o.Bar.Reach(w.planned)
	if w.args[0] == "test" { // it does not print what it compiles
		return o.watching(nil)(ctx, o.Root, nil, w.args...)
	}
	return o.watching(o.Bar.Compile)(ctx, o.Root, nil, with("-v", w.args)...)
}

// watching returns what runs the go command, and shows its lines to understood.
func (o WarmOptions) watching(understood func(line string) bool) Go {
	if o.Go != nil {
		return o.Go
	}
	return watchGo(understood)
}

// with returns the arguments of a go command with another flag.
func with(flag string, args []string) []string {
	return slices.Concat(args[:1], []string{flag}, args[1:])
}
