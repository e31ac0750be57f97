// Package doctor looks at what the workshop needs of a machine, says what
// works, and what to do about the rest. Warm prepares a machine, so that the
// workshop's first minutes, or a room without a network, need no waiting.
package doctor

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"

	"otel.workshop/internal/collector/probe"
	"otel.workshop/internal/forward"
	"otel.workshop/internal/launch"
	"otel.workshop/internal/shop"
	"otel.workshop/internal/workspace"
)

// A Level says how bad a finding is.
type Level int

// The levels, in rising order. The workshop runs with a warning; with a bad
// finding it doesn't.
const (
	OK Level = iota
	Warn
	Bad
)

// A Finding is what is known of one thing that the workshop needs.
type Finding struct {
	Name  string // "port 4318"
	Level Level
	Says  string // what was found
	Do    string // what to do about it; "" when there is nothing to do
}

// Worst returns the highest level of the findings.
func Worst(findings []Finding) Level {
	worst := OK
	for _, f := range findings {
		worst = max(worst, f.Level)
	}
	return worst
}

// Options say where to look. The functions are what the findings are made
// from; nil is the real thing.
type Options struct {
	Root string // a folder of the checkout

	Environ    []string
	LookPath   func(name string) (string, error)
	Go         Go
	Changed    func(ctx context.Context, dir string, names ...string) (bool, error) // whether git calls files changed
	PortIsFree func(port int) bool
	IsWorkshop func(ctx context.Context, addr string) bool
	FreeSpace  func(path string) (bytes uint64, err error) // errors.ErrUnsupported: nothing is said of it

	HasDatabase func() bool                                                    // whether the workshop's own is built
	TryDatabase func(ctx context.Context, url string) (name string, err error) // "" is the workshop's own

	TryForward func(context.Context, forward.Options) ([]forward.Answer, error)
}

// Examine looks at everything, in about a second, and changes nothing but that
// it makes the folder .workshop. The findings come in the same order each time.
func Examine(ctx context.Context, o Options) []Finding {
	w, err := workspace.Find(o.Root)
	if err == nil {
		o.Root = w.Root
	}
	o = o.withDefaults()
	if err != nil {
		return append(o.withoutFolder(ctx), Finding{"folder", Bad, "this is not the workshop's folder", err.Error()})
	}
	looks := []func(context.Context) []Finding{
		o.goCommand,
		func(context.Context) []Finding { return folder(w) },
		o.git,
		o.ports,
		o.database,
		o.forward,
		o.environment,
		o.disk,
		o.modules,
		o.buildCache,
	}
	found := make([][]Finding, len(looks))
	var all sync.WaitGroup
	for i, look := range looks {
		all.Go(func() { found[i] = look(ctx) })
	}
	all.Wait()
	return slices.Concat(found...)
}

// withoutFolder looks at what can be seen from anywhere.
func (o Options) withoutFolder(ctx context.Context) []Finding {
	return slices.Concat(o.git(ctx), o.ports(ctx), o.environment(ctx))
}

func (o Options) withDefaults() Options {
	if o.Environ == nil {
		o.Environ = os.Environ()
	}
	if o.LookPath == nil {
		o.LookPath = exec.LookPath
	}
	if o.Go == nil {
		o.Go = runGo
	}
	if o.Changed == nil {
		o.Changed = changed
	}
	if o.PortIsFree == nil {
		o.PortIsFree = shop.PortIsFree
	}
	if o.IsWorkshop == nil {
		o.IsWorkshop = probe.IsWorkshop
	}
	if o.FreeSpace == nil {
		o.FreeSpace = freeSpace
	}
	if o.HasDatabase == nil {
		o.HasDatabase = func() bool { return launch.HasDatabase(o.Root) }
	}
	if o.TryForward == nil {
		o.TryForward = forward.Try
	}
	if o.TryDatabase == nil {
		o.TryDatabase = o.tryDatabase
	}
	return o
}

func folder(w workspace.Workspace) []Finding {
	here := Finding{"folder", OK, w.Root, ""}
	if _, err := w.StateDir(); err != nil {
		return []Finding{here, {".workshop", Bad, "results and backups cannot be kept", err.Error()}}
	}
	return []Finding{here, {".workshop", OK, "results and backups can be kept", ""}}
}

func (o Options) git(context.Context) []Finding {
	if _, err := o.LookPath("git"); err != nil {
		return []Finding{{"git", Warn, "not found; the workshop does without", "install it from https://git-scm.com if you want to look at your changes with git diff"}}
	}
	return []Finding{{"git", OK, "found", ""}}
}

// changed asks git whether files differ from what it has of them. The error
// says that it can't tell: there is no git, or no repository.
func changed(ctx context.Context, dir string, names ...string) (bool, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"status", "--porcelain", "--"}, names...)...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return false, fmt.Errorf("ask git what was changed: %w", err)
	}
	return len(out) > 0, nil
}
