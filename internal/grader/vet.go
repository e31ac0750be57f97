package grader

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"otel.workshop/internal/gcflags"
)

// vetOutput is the environment variable that names, to the check of
// conventions, the file that go vet's output will be in.
const vetOutput = "WORKSHOP_VET"

// startVet runs go vet on the step and its program while the compiler and the linker leave a
// core idle, so that the check of conventions finds it done. Its output, empty
// when all is well, appears under the name that is returned once it is
// complete. ctx ends it.
func startVet(ctx context.Context, b build) (file string) {
	file = filepath.Join(b.dir, "vet.txt")
	args := []string{"vet", gcflags.Fast}
	if b.overlay != "" {
		args = append(args, "-overlay="+b.overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "./steps/"+b.step+"/...")...)
	cmd.Dir, cmd.Env = b.root, compiling()
	group(cmd)
	cmd.Cancel = func() error { return killGroup(cmd.Process) }
	go func() {
		var buf bytes.Buffer
		cmd.Stdout, cmd.Stderr = &buf, &buf
		err := cmd.Start()
		if err == nil {
			yield(cmd.Process)
			err = cmd.Wait()
		}
		out := buf.Bytes()
		if ctx.Err() != nil || err != nil && len(out) == 0 {
			return // it has not vetted anything; the check asks again
		}
		if err == nil {
			out = nil
		}
		if os.WriteFile(file+".new", out, 0o600) == nil {
			_ = os.Rename(file+".new", file)
		}
	}()
	return file
}

// warm are the steps that were built in this process before. On a cold build
// cache, go vet would compile the same libraries as the compiler beside it.
var warm sync.Map
