package grader

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/variant"
)

// A hostile step is one that goes wrong in a way that a grader could be hurt by.
type hostile struct {
	name     string
	imports  string // space-separated
	source   string // First, and what it needs; Second and Third are right unless it has them
	outcomes string
	summary  string // part of the first result's
	stack    string // part of the first result's
	only     string // the systems that it is for; "" for all, "unix", "linux"
}

func (h hostile) here() bool {
	switch h.only {
	case "unix":
		return runtime.GOOS != "windows"
	case "linux":
		return runtime.GOOS == "linux"
	}
	return true
}

// files returns the hostile step as a package of its own below the victim, whose
// init does nothing unless the environment names it.
func (h hostile) file(pkg string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\nimport \"otel.workshop/solutions/01-victim/chosen\"\n", pkg)
	for path := range strings.FieldsSeq(h.imports) {
		if path == "unsafe" {
			path = `_ "unsafe`
		} else {
			path = `"` + path
		}
		b.WriteString("import " + path + "\"\n")
	}
	fmt.Fprintf(&b, "\nvar _ = chosen.Name\n\n")
	b.WriteString(strings.ReplaceAll(h.source, "func init() {", "func init() { if chosen.Name != \""+pkg+"\" { return };"))
	if !strings.Contains(h.source, "func Second(") {
		b.WriteString("\nfunc Second() int { return 2 }\n")
	}
	if !strings.Contains(h.source, "func Third(") {
		b.WriteString("\nfunc Third() int { return 3 }\n")
	}
	return []byte(b.String())
}

// All hostile steps are built into one binary, each as a package, since to link
// one for each would take most of the time.
const chosen = `package chosen

import "syscall"

var Name, _ = syscall.Getenv("HOSTILE")
`

// hostileBuild is that binary, made once for all tests. Its folder is in the
// victim's.
var hostileBuild = sync.OnceValues(func() (build, error) {
	root, err := victimRoot()
	if err != nil {
		return build{}, err
	}
	files := variant.Files{"chosen/chosen.go": []byte(chosen)}
	var imports, calls strings.Builder
	for i, h := range hostileSteps {
		pkg := hostilePackage(i)
		if !h.here() {
			continue
		}
		files[pkg+"/"+pkg+".go"] = h.file(pkg)
		fmt.Fprintf(&imports, "import \"otel.workshop/solutions/01-victim/%s\"\n", pkg)
		fmt.Fprintf(&calls, "\t%q: {%[1]s.First, %[1]s.Second, %[1]s.Third},\n", pkg)
	}
	files["victim.go"] = fmt.Appendf(nil, `package victim

import "otel.workshop/solutions/01-victim/chosen"
%s
var steps = map[string][3]func() int{
%s}

func First() int  { return steps[chosen.Name][0]() }
func Second() int { return steps[chosen.Name][1]() }
func Third() int  { return steps[chosen.Name][2]() }
`, imports.String(), calls.String())
	dir := filepath.Join(root, "hostile")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return build{}, err
	}
	b, err := makeBuild(context.Background(), victimStep.Name, dir, Options{Root: root, Files: files})
	if err == nil && b.failure != "" {
		err = errors.New(b.failure)
	}
	return b, err
})

// buildHostile returns the build that runs the step of that name.
func buildHostile(t *testing.T, name string) build {
	t.Helper()
	b, err := hostileBuild()
	require.NoError(t, err)
	i := slices.IndexFunc(hostileSteps, func(h hostile) bool { return h.name == name })
	require.GreaterOrEqual(t, i, 0)
	b.env = []string{"HOSTILE=" + hostilePackage(i)}
	b.dir, err = os.MkdirTemp(b.dir, hostilePackage(i)+"-")
	require.NoError(t, err)
	return b
}

// unlessTooBusy skips the rest where this machine had too little left for the
// checks: a step that works without end is then not judged, as it should be.
func unlessTooBusy(t *testing.T, results []Result) {
	t.Helper()
	for _, res := range results {
		if res.Again {
			t.Skip(res.Summary)
		}
	}
}

func hostilePackage(i int) string { return fmt.Sprintf("h%02d", i) }

// limit is how much time of its own each check has: two seconds, and half of one
// where some will use it up to the end.
func (h hostile) limit() time.Duration {
	if strings.Contains(h.outcomes, string(TimedOut)) {
		return time.Second / 2
	}
	return 2 * time.Second
}

// Whatever a learner's code does, it ends in an outcome, within its limit, and
// touches no other check; and nothing passes that did not run.
func TestHostileCode(t *testing.T) {
	for _, h := range hostileSteps {
		t.Run(h.name, func(t *testing.T) {
			if !h.here() {
				t.Skip("not on this system")
			}
			t.Parallel()
			b := buildHostile(t, h.name)
			var (
				results []Result
				took    time.Duration
				err     error
			)
			for tries := 3; tries > 0; tries-- { // a short limit meets a busy moment sooner
				start := time.Now()
				results, err = runBuilt(t.Context(), b, victimStep, victimStep.Checks, Options{Limit: h.limit()})
				took = time.Since(start)
				require.NoError(t, err)
				if !slices.ContainsFunc(results, func(r Result) bool { return r.Again }) {
					break
				}
			}
			unlessTooBusy(t, results)
			r := Report{Step: victimStep, Results: results}
			require.Equal(t, h.outcomes, outcomes(r), "%+v", r.Results)
			require.Contains(t, r.Results[0].Summary, h.summary)
			require.Contains(t, r.Results[0].Stack, h.stack)
			require.LessOrEqual(t, len(r.Results[0].Output), 3*outputCap)
			require.Less(t, took, 60*time.Second)
		})
	}
}
