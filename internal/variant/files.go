package variant

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Files holds Go files by their path relative to the step's folder, with
// slashes: "telemetry.go", "shop/main.go". Contents have LF line ends and no
// byte order mark, whatever the checkout has, so that they can be compared and
// patched.
type Files = map[string][]byte

var stepName = regexp.MustCompile(`^[0-9]{2}-[a-z0-9]+(-[a-z0-9]+)*$`)

// Solution returns the Go files of solutions/STEP. See [Step].
func Solution(root, step string) (Files, error) { return readTree(root, "solutions", step) }

// Step returns the Go files of steps/STEP as they are now: at any depth, as a
// learner may have added packages, but without what the go command ignores
// (names that begin with "." or "_", testdata), and without tests, unless it is
// tests that the step is about. See [Entries].
func Step(root, step string) (Files, error) { return readTree(root, "steps", step) }

func readTree(root, tree, step string) (Files, error) {
	if !stepName.MatchString(step) {
		return nil, fmt.Errorf("%q is no step: its name looks like 01-minimal", step)
	}
	dir := filepath.Join(root, tree, step)
	files := Files{}
	entries, err := Entries(dir)
	for _, e := range entries {
		if !isSource(step, e.Key) || e.Dangling() {
			continue
		}
		data, failed := e.Read()
		if failed != nil {
			err = failed
			break
		}
		files[e.Key] = LF(data)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("read %s/%s: %w (git status shows whether a file of the workshop is missing; git restore brings it back)", tree, step, err)
	case err != nil:
		return nil, fmt.Errorf("read %s/%s: %w", tree, step, err)
	}
	return files, nil
}

// IsTests reports whether what a learner writes in a step of that name is tests.
func IsTests(step string) bool { return strings.HasSuffix(step, "-own-tests") }

// isSource reports whether a file is one of those that make up a step.
func isSource(step, key string) bool {
	if strings.HasSuffix(key, "_test.go") {
		return IsTests(step) && !strings.HasPrefix(key, "alternatives/")
	}
	return strings.HasSuffix(key, ".go")
}

// Ignored reports whether the go command passes over a file or folder of that
// name. Editors leave locks and swap files under such names, some of them
// dangling symbolic links.
func Ignored(name string, isDir bool) bool {
	return name[0] == '.' || name[0] == '_' || isDir && name == "testdata"
}

// LF returns data with CRLF line ends as LF, and without a byte order mark: what
// editors add that nobody sees. It may return data itself.
func LF(data []byte) []byte {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !bytes.Contains(data, []byte("\r\n")) {
		return data
	}
	return bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
}

// Equal reports whether two sets of files are the same, line ends aside.
func Equal(a, b Files) bool {
	return maps.EqualFunc(a, b, func(x, y []byte) bool { return bytes.Equal(LF(x), LF(y)) })
}

// Hash returns a hash of names and contents, line ends aside, in hexadecimal:
// the same for the same sources on every machine.
func Hash(files Files) string {
	h := sha256.New()
	for _, key := range slices.Sorted(maps.Keys(files)) {
		data := LF(files[key])
		fmt.Fprintf(h, "%s %d\n", path.Clean(key), len(data))
		h.Write(data)
	}
	return hex.EncodeToString(h.Sum(nil))
}
