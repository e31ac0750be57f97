package launch

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What go run . compiles before it can say a word is the standard library and
// two small packages; what it builds then is below internal/, where it looks for
// changes.
func TestWhatIsNeeded(t *testing.T) {
	require.ElementsMatch(t, []string{module, module + "/internal/launch", module + "/internal/gcflags"}, needed(t, "."))
	for _, name := range needed(t, Package) {
		if strings.HasPrefix(name, module) {
			require.True(t, strings.HasPrefix(name, module+"/internal/"), name)
		}
	}
}

// needed returns the packages that a package is built from, but for those of the
// standard library.
func needed(t *testing.T, name string) []string {
	cmd := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", name)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	require.NoError(t, err)
	return strings.Fields(string(out))
}
