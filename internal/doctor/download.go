package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"otel.workshop/internal/scratch"
)

// A module is what go mod download says of one: the files that its proxy has
// served, or why it is not to be had.
type module struct{ Path, Info, GoMod, Zip, Error string }

// notToBeHad is the go command's message about a module, such as
// "example.com/a@v1.0.0: module lookup disabled by GOPROXY=off".
var notToBeHad = regexp.MustCompile(`^\S+@v\S+: `)

// download lets the go command fetch all modules of go.mod, and returns them,
// and the error of each that is not to be had. In an empty module cache it
// gives up at the first one, and returns no module.
func (o Options) download(ctx context.Context, env []string) (all []module, missing []string, err error) {
	modfile, remove, err := copyModFile(o.Root)
	if err != nil {
		return nil, nil, err
	}
	defer remove()
	out, err := o.Go(ctx, o.Root, env, "mod", "download", "-json", "-modfile="+modfile)
	if ctx.Err() != nil {
		return nil, nil, context.Cause(ctx)
	}
	for object := range strings.SplitSeq(out, "\n}") {
		var m module
		_, object, _ = strings.Cut(object, "{") // messages may stand between the objects
		if json.Unmarshal([]byte("{"+object+"}"), &m) != nil || m.Path == "" {
			continue
		}
		all = append(all, m)
		if m.Error != "" {
			missing = append(missing, m.Error)
		}
	}
	if err != nil && len(missing) == 0 {
		reason := said(out, err)
		if !notToBeHad.MatchString(reason) {
			return nil, nil, errors.New(reason)
		}
		missing = append(missing, reason)
	}
	return all, missing, nil
}

// copyModFile copies go.mod and go.sum into a folder of their own: go mod
// download may add to go.sum, and that one is not ours to change.
func copyModFile(root string) (modfile string, remove func(), err error) {
	dir, err := scratch.Dir("otel-workshop-mod-", "a copy of go.mod")
	if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(dir) } // the system clears what is left
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), data, 0o600)
		}
		if err != nil {
			remove()
			return "", nil, fmt.Errorf("copy %s: %w", name, err)
		}
	}
	return filepath.Join(dir, "go.mod"), remove, nil
}
