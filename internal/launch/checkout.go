package launch

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const module = "otel.workshop"

// findRoot returns the checkout that the current folder lies in; outside of any,
// the one that this program was built from. The command is to say there, in its
// own words, that there is nothing for it to do.
func findRoot() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", problem{fmt.Errorf("find the workshop: %w", err), "The folder may be gone: cd out of it, and into it again."}
	}
	for dir := here; ; dir = filepath.Dir(dir) {
		if isRoot(dir) {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	_, source, _, _ := runtime.Caller(0)
	if root := filepath.Join(filepath.Dir(source), "..", ".."); filepath.IsAbs(root) && isRoot(root) {
		return root, nil
	}
	return "", fmt.Errorf("%s is not inside the workshop: cd into the folder that git clone made, the one whose go.mod says %q", here, "module "+module)
}

func isRoot(dir string) bool {
	name := filepath.Join(dir, "go.mod")
	if !isFile(name) {
		return false // a pipe would never end
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if len(fields) >= 2 && fields[0] == "module" && strings.Trim(fields[1], `"`) == module {
			return true
		}
	}
	return false
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}
