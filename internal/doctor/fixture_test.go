package doctor

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newCheckout makes a workshop with one solution, whose service is a line.
func newCheckout(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	write(t, root, "go.mod", "module otel.workshop\n\ngo 1.26\n")
	write(t, root, "go.sum", "")
	for _, tree := range []string{"steps", "solutions"} {
		write(t, root, tree+"/01-minimal/shop/main.go", "package main\n\nfunc main() {}\n")
	}
	return root
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
}

// fakeGo answers the go command by the beginning of its arguments, and
// remembers what it was asked.
type fakeGo struct {
	mu      sync.Mutex
	answers map[string]string
	fails   map[string]bool
	asked   []string
}

func (f *fakeGo) run(_ context.Context, _ string, env []string, args ...string) (string, error) {
	line := strings.Join(args, " ")
	f.mu.Lock()
	f.asked = append(f.asked, strings.TrimSpace(strings.Join(env, " ")+" "+line))
	f.mu.Unlock()
	for begin, answer := range f.answers {
		if strings.HasPrefix(line, begin) {
			if f.fails[begin] {
				return answer, &exec.ExitError{ProcessState: &os.ProcessState{}}
			}
			return answer, nil
		}
	}
	return "", nil
}

// twoModules is what is needed by a workshop that stands on two modules.
const twoModules = `go: downloading something
need otel.workshop/solutions/01-minimal/shop otel.workshop 
need example.com/a example.com/a 
need example.com/b/c example.com/b 
`

// healthy is a machine on which all is well.
func healthy(t *testing.T) (Options, *fakeGo) {
	t.Helper()
	g := &fakeGo{fails: map[string]bool{}, answers: map[string]string{
		"version":     "go version go1.26.8 linux/amd64\n",
		"env GOCACHE": "/cache\n/modules\n",
		"list -deps":  twoModules,
		"build -n":    "mkdir -p $WORK/b001/\n/go/tool/compile -o x -p main -complete\n/go/tool/compile -o x -p otel.workshop/solutions/01-minimal -complete\n",
	}}
	return Options{
		Root:        newCheckout(t),
		Environ:     []string{"PATH=/bin", "OTEL_EMPTY="},
		LookPath:    func(name string) (string, error) { return "/bin/" + name, nil },
		Go:          g.run,
		Changed:     func(context.Context, string, ...string) (bool, error) { return true, nil },
		PortIsFree:  func(int) bool { return true },
		IsWorkshop:  func(context.Context, string) bool { return false },
		FreeSpace:   func(string) (uint64, error) { return 5 * gibibyte, nil },
		HasDatabase: func() bool { return true },
		TryDatabase: func(context.Context, string) (string, error) { return "a database", nil },
	}, g
}

// named returns the finding of a name.
func named(t *testing.T, findings []Finding, name string) Finding {
	t.Helper()
	for _, f := range findings {
		if f.Name == name {
			return f
		}
	}
	require.FailNow(t, "no such finding", name)
	return Finding{}
}

func missing(names ...string) func(string) (string, error) {
	return func(name string) (string, error) {
		for _, n := range names {
			if n == name {
				return "", exec.ErrNotFound
			}
		}
		return "/bin/" + name, nil
	}
}

var errUnknown = errors.New("not known here")
