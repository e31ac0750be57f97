package doctor

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"otel.workshop/internal/pack"
)

// PackOptions say what to write into a pack.
type PackOptions struct {
	Root string // the workshop's folder
	File string // the zip file to make

	Progress func(line string) // told what is done; may be nil
	Go       Go                // nil: the real one
}

// Pack writes what the go command wants of a proxy, for all modules of go.mod,
// into a zip file: this machine and every other, of any system, can build the
// workshop from it. It downloads what is missing here, or says that it can't,
// with an [OfflineError].
func Pack(ctx context.Context, o PackOptions) error {
	if o.Go == nil {
		o.Go = runGo
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if _, err := os.Lstat(o.File); err == nil { // before anything is downloaded for it
		return fmt.Errorf("%s exists: delete it, or name another file", o.File)
	}
	o.Progress("downloading the modules …")
	modules, missing, err := Options{Root: o.Root, Go: o.Go}.download(ctx, nil)
	if err != nil {
		return fmt.Errorf("download the modules: %w", err)
	}
	if len(missing) > 0 {
		return &OfflineError{Reason: missing[0]}
	}
	if len(modules) == 0 {
		return errors.New("go.mod asks for no modules: compare it with that of the repository that this one was cloned from")
	}
	out, err := o.Go(ctx, o.Root, nil, "env", "GOMODCACHE")
	if err != nil {
		return fmt.Errorf("ask for the module cache: %s", said(out, err))
	}
	dir := filepath.Join(strings.TrimSpace(out), "cache", "download")
	names, err := packed(o.Root, dir, modules)
	if err != nil {
		return err
	}

	o.Progress("writing " + o.File + " …")
	told := time.Now()
	var size int64
	if err := pack.Write(ctx, o.File, dir, names, func(files int, bytes int64) {
		if size = bytes; time.Since(told) >= time.Second {
			told = time.Now()
			o.Progress(fmt.Sprintf("  %d of %d files, %.1f MB", files, len(names), float64(bytes)/1e6))
		}
	}); err != nil {
		return err
	}
	o.Progress(fmt.Sprintf("  %d modules, %.1f MB. Where there is no network: go run ./internal/pack/unpack %s", len(modules), float64(size)/1e6, o.File))
	return nil
}

// packed returns the files below dir, the download folder of a module cache,
// that a proxy is asked for: all of each module, and the go.mod of those that
// go.sum names beside, older versions, from which the go command computes what
// go.mod means.
func packed(root, dir string, modules []module) ([]string, error) {
	var names []string
	for _, m := range modules {
		for _, file := range []string{m.Info, m.GoMod, m.Zip} {
			name, err := filepath.Rel(dir, file)
			if err != nil || !filepath.IsLocal(name) {
				return nil, fmt.Errorf("go mod download says that %s is in %q, which is not in the module cache", m.Path, file)
			}
			names = append(names, filepath.ToSlash(name))
		}
	}
	sums, err := os.Open(filepath.Join(root, "go.sum"))
	if err != nil {
		return nil, fmt.Errorf("read the sums: %w", err)
	}
	defer func() { _ = sums.Close() }() // it was only read
	lines := bufio.NewScanner(sums)
	for lines.Scan() {
		path, rest, _ := strings.Cut(lines.Text(), " ")
		version, _, goMod := strings.Cut(rest, "/go.mod ")
		if !goMod {
			continue
		}
		name := escaped(path) + "/@v/" + escaped(version) + ".mod"
		// What the go command did not want here, it won't want there.
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); err == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), lines.Err()
}

// escaped writes a module's path or version as the module cache and its
// proxies do: on some disks A and a are the same. https://go.dev/ref/mod#goproxy-protocol
func escaped(path string) string {
	var b strings.Builder
	for _, r := range path {
		if unicode.IsUpper(r) {
			b.WriteByte('!')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
