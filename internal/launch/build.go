package launch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// build makes p, to be called name, in the first of folders that can be written
// to, unless another start does so meanwhile, and returns its path.
func (l launcher) build(ctx context.Context, p program, root, name string, folders []folder) (string, error) {
	var refused error
	for _, dir := range folders {
		if err := os.MkdirAll(string(dir), 0o755); err != nil {
			refused = err
			continue
		}
		unlock, err := l.lock(ctx, p, dir)
		if err != nil {
			return "", err
		}
		binary, scratch := dir.file(name), ""
		if isFile(binary) { // while we waited
			unlock()
			return binary, nil
		}
		old := dir.leftovers(p)
		if scratch, err = dir.scratch(p); err != nil {
			unlock()
			refused = err
			continue
		}
		err = l.buildIn(ctx, p, root, scratch, binary, len(old) == 0)
		clearAway([]string{scratch})
		if err == nil {
			clearAway(old)
		}
		unlock()
		return binary, err
	}
	return "", problem{fmt.Errorf("there is no place to build %s in: %w", p.is, refused), noPlace}
}

// buildIn builds p in the folder scratch, and gives it its name when all of it
// is there. Whoever never had one is told what this is.
func (l launcher) buildIn(ctx context.Context, p program, root, scratch, binary string, first bool) error {
	if first {
		l.greet(root)
	}
	bar := NewBar(l.stderr, l.terminal, root)
	defer bar.Close()
	if !l.terminal {
		bar.Say("Building " + p.is + ": once, and again when its sources change.")
	}
	unnamed := filepath.Join(scratch, p.name+".exe")
	g := goCommand{root: root, scratch: scratch}
	args := p.buildArgs(unnamed)

	// The first pass downloads, and says what there is to compile.
	words, err := g.run(ctx, bar.Plan, with("-n", args))
	if err == nil {
		bar.Begin()
		words, err = g.run(ctx, bar.Compile, with("-v", args))
	}
	bar.Close()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return failure(p, words, err)
	}
	if err := rename(unnamed, binary); err != nil {
		return problem{fmt.Errorf("keep %s: %w", p.is, err), noPlace}
	}
	return nil
}

// with returns the arguments of a go command with another flag.
func with(flag string, args []string) []string {
	return slices.Concat(args[:1], []string{flag}, args[1:])
}

// rename tries again for a second: on Windows, a scanner may be looking at what
// is new.
func rename(from, to string) error {
	var err error
	for range 10 {
		if err = os.Rename(from, to); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

// lock waits until nobody else builds p in a folder. Where there are no locks, it
// does not wait: then two builds do the work twice, each in a folder of its own.
func (l launcher) lock(ctx context.Context, p program, dir folder) (unlock func(), err error) {
	for told := false; ; {
		unlock, ok := tryLock(dir.file(p.lock()))
		if ok {
			return unlock, nil
		}
		if !told {
			told = true
			_, _ = fmt.Fprintln(l.stderr, "Another start is building "+p.is+": waiting for that one. Ctrl-C ends the waiting.")
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}
