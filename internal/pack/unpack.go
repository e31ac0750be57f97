package pack

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Unpack lets the go command take the modules of a pack into its module cache,
// as if from a proxy. It takes only what go.sum, in the workshop's folder root,
// knows. It needs no network, and leaves no setting behind.
func Unpack(ctx context.Context, file, root string) error {
	z, err := zip.OpenReader(file)
	switch {
	case errors.Is(err, zip.ErrFormat):
		return fmt.Errorf("%s is no pack, or only a part of one: copy it anew", file)
	case err != nil:
		return fmt.Errorf("read the pack: %w", err)
	}
	defer func() { _ = z.Close() }() // it was only read
	dir, err := os.MkdirTemp("", "otel-workshop-unpack-")
	if err != nil {
		return fmt.Errorf("make a folder to unpack in: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // the system clears what is left
	proxy := filepath.Join(dir, "proxy")
	if err := os.CopyFS(proxy, &z.Reader); err != nil {
		return fmt.Errorf("unpack %s: %w (is there room in %s? If there is, copy the pack anew)", file, err, os.TempDir())
	}
	// go mod download may write into go.sum, and that one is not ours to change.
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			return fmt.Errorf("copy %s: %w (start this in the workshop's folder)", name, err)
		}
	}
	address := fileURL(filepath.ToSlash(proxy))
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-modfile="+filepath.Join(dir, "go.mod"))
	cmd.Dir = root
	cmd.Env = append(cmd.Environ(), "GOPROXY="+address, "GONOPROXY=none")
	cmd.Cancel = func() error {
		if err := cmd.Process.Signal(os.Interrupt); err != nil { // Windows has no such signal
			return cmd.Process.Kill()
		}
		return nil
	}
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		said := strings.TrimSpace(strings.ReplaceAll(string(out), address, file))
		return fmt.Errorf(`the go command does not take the modules of %s (%w):
%s
is there room where go env GOMODCACHE says, and was the pack made from this version of the workshop?
go run . doctor --pack makes a new one`, file, err, said)
	}
	return nil
}

// fileURL writes a path, with slashes, as GOPROXY wants it: C:/a b is
// file:///C:/a%20b there, and a comma would begin another proxy.
func fileURL(path string) string {
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return strings.ReplaceAll((&url.URL{Scheme: "file", Path: path}).String(), ",", "%2C")
}
