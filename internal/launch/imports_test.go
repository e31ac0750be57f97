package launch

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/gcflags"
)

// What go run . compiles before it can say a word is the standard library and
// two small packages; what it builds then is below internal/, where it looks for
// changes.
func TestWhatIsNeeded(t *testing.T) {
	require.ElementsMatch(t, []string{module, module + "/internal/launch", module + "/internal/gcflags"}, ours(linked(t, ".")))
	for _, p := range []program{command, database} {
		for _, name := range ours(linked(t, p.pkg)) {
			require.True(t, strings.HasPrefix(name, module+"/internal/"), name)
		}
	}
}

// most is how much there may be to compile for the first screen, to what there
// is for the finished service, whoever builds that alone. In source code; the
// processor's time is less, with the flags of gcflags.Command.
const most = 1.35

// Until the first screen, everybody waits. Whatever the command links beside
// what a service links makes that longer: it should be worth it, or a program of
// its own, as the database is.
func TestFirstScreenIsSmall(t *testing.T) {
	screen, service := linked(t, command.pkg), linked(t, "./solutions/04-failure-modes/shop")
	ratio := float64(size(t, screen)) / float64(size(t, service))
	t.Logf("the first screen is %.2f times the finished service", ratio)
	require.Less(t, ratio, most)

	// Each module that nothing else links is a decision, and is compiled fast.
	var modules []string
	for _, p := range screen {
		if m := p.Module.Path; m != "" && m != module && !slices.Contains(modules, m) {
			modules = append(modules, m)
		}
	}
	checks, err := filepath.Glob("../../checker/[0-9]*")
	require.NoError(t, err)
	require.NotEmpty(t, checks)
	shared := service
	for _, dir := range checks {
		shared = append(shared, linked(t, "-test", "./checker/"+filepath.Base(dir))...)
	}
	for _, p := range shared {
		modules = slices.DeleteFunc(modules, func(m string) bool { return m == p.Module.Path })
	}
	require.ElementsMatch(t, gcflags.Modules(), modules)
}

// A goPackage is what go list says of one.
type goPackage struct {
	ImportPath, Dir   string
	GoFiles, CgoFiles []string
	Module            struct{ Path string } // empty for the standard library
}

// linked returns the packages that others are built from, the same on every
// system.
func linked(t *testing.T, names ...string) (all []goPackage) {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-deps", "-json=ImportPath,Dir,GoFiles,CgoFiles,Module"}, names...)...)
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	for in := json.NewDecoder(out); ; {
		var p goPackage
		if err := in.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		all = append(all, p)
	}
	require.NoError(t, cmd.Wait())
	return all
}

// ours returns the packages of this module.
func ours(all []goPackage) (names []string) {
	for _, p := range all {
		if p.Module.Path == module {
			names = append(names, p.ImportPath)
		}
	}
	return names
}

// size returns how many bytes of Go there are to compile.
func size(t *testing.T, all []goPackage) (sum int64) {
	t.Helper()
	for _, p := range all {
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles) {
			info, err := os.Stat(filepath.Join(p.Dir, name))
			require.NoError(t, err)
			sum += info.Size()
		}
	}
	return sum
}
