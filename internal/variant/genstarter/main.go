// Command genstarter writes broken/*/starter.diff from steps/, whenever a
// starter was changed: go generate ./broken. With -check it writes nothing and
// exits with status 1 when one of them is out of date.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"otel.workshop/internal/variant"
	"otel.workshop/internal/workspace"
)

func main() {
	check := flag.Bool("check", false, "write nothing; fail when a starter.diff is out of date")
	flag.Parse()
	if err := run(".", *check, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "genstarter:", err)
		os.Exit(1)
	}
}

// run brings the starters of the checkout around dir up to date, or says which
// of them are not.
func run(dir string, check bool, out io.Writer) error {
	w, err := workspace.Find(dir)
	if err != nil {
		return err
	}
	steps, err := w.Steps()
	if err != nil {
		return err
	}
	var stale error
	for _, step := range steps {
		want, err := variant.MakeStarter(w.Root, step)
		if err != nil {
			return err
		}
		name := variant.StarterPath(step)
		file := filepath.Join(w.Root, filepath.FromSlash(name))
		have, err := os.ReadFile(file)
		switch {
		case err == nil && bytes.Equal(variant.LF(have), want):
			continue
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("read starter: %w", err)
		case check:
			stale = errors.Join(stale, fmt.Errorf("%s differs from steps/%s: run go generate ./broken and commit the result", name, step))
			continue
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			return fmt.Errorf("write starter: %w", err)
		}
		if err := os.WriteFile(file, want, 0o666); err != nil {
			return fmt.Errorf("write starter: %w", err)
		}
		fmt.Fprintln(out, "wrote", name)
	}
	return stale
}
