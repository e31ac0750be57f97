package workspace

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/variant"
)

// untidy puts into the step what a learner may leave there.
func untidy(t *testing.T, w Workspace) (dir string) {
	t.Helper()
	dir = filepath.Join(w.Root, "steps", step)
	write(t, dir, "telemetry.go", "package minimal // mine\r\n\x00\xff")
	write(t, dir, "mine.go", "package minimal\n")
	write(t, dir, "mine_test.go", "package minimal\n")
	write(t, dir, "sub/deep/x.go", "package deep\n")
	write(t, dir, "README.md", "my notes\n")
	write(t, dir, "notes.txt", "more notes")
	write(t, dir, ".hidden.go", "not Go's business")
	write(t, dir, "run.sh", "#!/bin/sh\n")
	require.NoError(t, os.Mkdir(filepath.Join(dir, "empty"), 0o755))
	require.NoError(t, os.Chmod(filepath.Join(dir, "run.sh"), 0o755))
	require.NoError(t, os.Chmod(filepath.Join(dir, "mine.go"), 0o444))
	if err := os.Symlink("nobody@nowhere", filepath.Join(dir, ".#telemetry.go")); err != nil {
		t.Log("no symbolic links here:", err)
	}
	return dir
}

func TestSolveKeepsEverything(t *testing.T) {
	w := checkout(t)
	dir := untidy(t, w)
	before := tree(t, dir)

	b, err := w.Solve(step)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(w.Root, ".workshop", "backups", step, "2026-11-23T17-04-05"), b.Path)
	require.Equal(t, before, tree(t, b.Path), "byte by byte, modes too")
	require.Equal(t, step, b.Step)
	require.Equal(t, []string{"telemetry.go"}, b.Written)
	require.Equal(t, []string{"mine.go", "mine_test.go", "sub/deep/x.go"}, b.Removed)

	after := tree(t, dir)
	require.Equal(t, read(t, w.Root, "solutions/01-minimal/telemetry.go"), read(t, dir, "telemetry.go"))
	require.Contains(t, read(t, dir, "shop/main.go"), `minimal "otel.workshop/steps/01-minimal"`)
	for _, name := range append([]string{"telemetry.go"}, b.Removed...) {
		delete(before, name)
		delete(after, name)
	}
	require.Equal(t, before, after, "nothing else changes, and nothing temporary is left")

	diff, err := w.Diff(step)
	require.NoError(t, err)
	require.Empty(t, diff)
}

func TestReplaceDoesNothingTwice(t *testing.T) {
	w := checkout(t)
	untidy(t, w)
	_, err := w.Reset(step)
	require.NoError(t, err)
	b, err := w.Reset(step)
	require.NoError(t, err)
	require.Equal(t, Backup{Step: step}, b)
	entries, err := os.ReadDir(filepath.Join(w.Root, ".workshop", "backups", step))
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

func TestBackupsWithinOneSecond(t *testing.T) {
	w := checkout(t)
	for i, want := range []string{"2026-11-23T17-04-05", "2026-11-23T17-04-05-2", "2026-11-23T17-04-05-3"} {
		put := w.Solve
		if i%2 == 1 {
			put = w.Reset
		}
		b, err := put(step)
		require.NoError(t, err)
		require.Equal(t, want, filepath.Base(b.Path))
	}
}

func TestReplaceOnAWindowsCheckout(t *testing.T) {
	w := checkout(t)
	require.NoError(t, os.CopyFS(filepath.Join(w.Root, "lf"), os.DirFS(filepath.Join(w.Root, "steps"))))
	for _, name := range []string{"steps/01-minimal/telemetry.go", "steps/01-minimal/server.go", "steps/01-minimal/shop/main.go",
		"solutions/01-minimal/telemetry.go", "solutions/01-minimal/server.go", "solutions/01-minimal/shop/main.go",
		"broken/01-minimal/starter.diff", "broken/01-minimal/unknown-service.diff"} {
		write(t, w.Root, name, strings.ReplaceAll(read(t, w.Root, name), "\n", "\r\n"))
	}
	touched, err := w.Touched(step)
	require.NoError(t, err)
	require.False(t, touched)
	b, err := w.Reset(step)
	require.NoError(t, err)
	require.Empty(t, b.Path, "line ends are no reason to replace a file")

	server := read(t, w.Root, "steps/01-minimal/server.go")
	b, err = w.Solve(step)
	require.NoError(t, err)
	require.Equal(t, []string{"telemetry.go"}, b.Written)
	require.Equal(t, server, read(t, w.Root, "steps/01-minimal/server.go"), "not rewritten")
	require.Contains(t, read(t, b.Path, "telemetry.go"), "\r\n", "the backup is byte by byte")
}

func TestBreak(t *testing.T) {
	w := checkout(t)
	b, err := w.Break("unknown-service")
	require.NoError(t, err)
	require.Equal(t, step, b.Step)
	require.Equal(t, []string{"extra.go", "shop/main.go", "telemetry.go"}, b.Written)
	require.Contains(t, read(t, w.Root, "steps/01-minimal/telemetry.go"), "unknown_service")
	require.Contains(t, read(t, w.Root, "steps/01-minimal/shop/main.go"), `"otel.workshop/steps/01-minimal"`)

	b, err = w.Reset(step)
	require.NoError(t, err)
	require.Equal(t, []string{"extra.go"}, b.Removed)
	touched, err := w.Touched(step)
	require.NoError(t, err)
	require.False(t, touched)

	_, err = w.Break("unknown-servic")
	var unknown *variant.UnknownError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, "unknown-service", unknown.Nearest)
}

func TestReplaceMakesAMissingFolder(t *testing.T) {
	w := checkout(t)
	want := tree(t, filepath.Join(w.Root, "steps", step))
	require.NoError(t, os.RemoveAll(filepath.Join(w.Root, "steps", step)))
	files, err := variant.Originals(w.Root, step)
	require.NoError(t, err)
	b, err := w.Replace(step, files)
	require.NoError(t, err)
	require.Empty(t, b.Path, "there was nothing to back up")
	require.Len(t, b.Written, 3)
	for name, text := range tree(t, filepath.Join(w.Root, "steps", step)) {
		if strings.HasSuffix(name, ".go") {
			require.Equal(t, strings.SplitN(want[name], " ", 2)[1], strings.SplitN(text, " ", 2)[1], name)
		}
	}
}

func TestReplaceKeepsModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	w := checkout(t)
	file := filepath.Join(w.Root, "steps", step, "telemetry.go")
	require.NoError(t, os.Chmod(file, 0o440))
	b, err := w.Solve(step)
	require.NoError(t, err)
	for _, name := range []string{file, filepath.Join(b.Path, "telemetry.go")} {
		info, err := os.Stat(name)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o440), info.Mode(), name)
	}
}

func TestReplaceDoesNotFollowLinks(t *testing.T) {
	w := checkout(t)
	dir := filepath.Join(w.Root, "steps", step)
	outside := t.TempDir()
	write(t, outside, "real.go", "package minimal // outside\n")
	link := func(target, name string) {
		t.Helper()
		require.NoError(t, os.RemoveAll(filepath.Join(dir, name)))
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	link(filepath.Join(outside, "real.go"), "telemetry.go")
	link(outside, "linked")
	b, err := w.Solve(step)
	require.NoError(t, err)
	require.Equal(t, []string{"telemetry.go"}, b.Written)
	require.Empty(t, b.Removed)
	require.Equal(t, map[string]string{"real.go": tree(t, outside)["real.go"]}, tree(t, outside))
	require.Equal(t, "package minimal // outside\n", read(t, outside, "real.go"))
	info, err := os.Lstat(filepath.Join(dir, "telemetry.go"))
	require.NoError(t, err)
	require.True(t, info.Mode().IsRegular())
	saved := tree(t, b.Path)
	require.Equal(t, "-> "+filepath.Join(outside, "real.go"), saved["telemetry.go"])
	require.Equal(t, "-> "+outside, saved["linked"])

	link(outside, "shop")
	_, err = w.Reset(step)
	require.ErrorContains(t, err, "shop is not a folder")
	require.NoFileExists(t, filepath.Join(outside, "main.go"))

	require.NoError(t, os.RemoveAll(dir))
	link(outside, "")
	_, err = w.Reset(step)
	require.ErrorContains(t, err, "is not a folder")
	require.Len(t, tree(t, outside), 1)
}

func TestReplaceRefusesObstacles(t *testing.T) {
	w := checkout(t)
	dir := filepath.Join(w.Root, "steps", step)
	require.NoError(t, os.Remove(filepath.Join(dir, "server.go")))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "server.go"), 0o755))
	before := tree(t, dir)
	_, err := w.Solve(step)
	require.ErrorContains(t, err, "server.go is a folder")
	require.Equal(t, before, tree(t, dir))
	for _, key := range []string{"../x.go", "/x.go", "x.txt", ""} {
		_, err := w.Replace(step, variant.Files{key: []byte("x")})
		require.ErrorContains(t, err, "is no Go file of a step", key)
	}
}

func TestReplaceFromSeveralAtOnce(t *testing.T) {
	w := checkout(t)
	original := tree(t, filepath.Join(w.Root, "steps", step))
	var wg sync.WaitGroup
	errs := make([]error, 12)
	for i := range errs {
		wg.Go(func() {
			if i%2 == 0 {
				_, errs[i] = w.Solve(step)
			} else {
				_, errs[i] = w.Reset(step)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	_, err := w.Reset(step)
	require.NoError(t, err)
	require.Equal(t, original, tree(t, filepath.Join(w.Root, "steps", step)))
}
