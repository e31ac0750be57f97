package variant

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/rogpeppe/go-internal/diff"
)

const devNull = "/dev/null"

// Diff returns a unified diff with git's headers, which git apply takes, or
// nil when the contents are equal. The names are paths relative to the
// module's root, with slashes; /dev/null as the one or the other stands for a
// file that is added or removed.
func Diff(oldName string, old []byte, newName string, new []byte) []byte {
	old, new = LF(old), LF(new)
	added, removed := oldName == devNull, newName == devNull
	if bytes.Equal(old, new) && !added && !removed {
		return nil
	}
	a, b := "a/"+oldName, "b/"+newName
	var out bytes.Buffer
	switch {
	case added:
		fmt.Fprintf(&out, "diff --git a/%s %s\nnew file mode 100644\n", newName, b)
		a = devNull
	case removed:
		fmt.Fprintf(&out, "diff --git %s b/%s\ndeleted file mode 100644\n", a, oldName)
		b = devNull
	default:
		fmt.Fprintf(&out, "diff --git %s %s\n", a, b)
	}
	// The library's own first line is "diff a/… b/…".
	_, hunks, _ := bytes.Cut(diff.Diff(a, old, b, new), []byte("\n"))
	out.Write(hunks)
	return out.Bytes()
}

// DiffFiles returns one diff, in the order of the names, from the old files of
// a folder to the new ones. The folder is relative to the module's root. The
// result is empty when nothing differs.
func DiffFiles(dir string, old, new Files) []byte {
	keys := slices.Collect(maps.Keys(old))
	for key := range new {
		if _, both := old[key]; !both {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)

	var out []byte
	for _, key := range keys {
		name := path.Join(dir, key)
		oldName, newName := name, name
		before, had := old[key]
		after, has := new[key]
		if !had {
			oldName = devNull
		}
		if !has {
			newName = devNull
		}
		out = append(out, Diff(oldName, before, newName, after)...)
	}
	return out
}
