package launch

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The test binary is also the launcher, and the go command that it calls.
func TestMain(m *testing.M) {
	switch name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe"); {
	case name == "go":
		fakeGo()
		os.Exit(0)
	case name == "launcher":
		os.Exit(Main(os.Args[1:]))
	}
	os.Exit(m.Run())
}

const source = `package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	in, _ := io.ReadAll(os.Stdin)
	fmt.Println("command:", strings.Join(os.Args[1:], "|"), string(in))
	os.Exit(7)
}
`

// fakeGo plays the go command as FAKE_GO says. It counts its builds in the file
// FAKE_BUILDS.
func fakeGo() {
	plays, output := os.Getenv("FAKE_GO"), ""
	for i, arg := range os.Args {
		if arg == "-o" {
			output = os.Args[i+1]
		}
	}
	if os.Args[2] == "-n" {
		fmt.Fprintln(os.Stderr, "go: downloading example.com/a v1.0.0")
		fmt.Fprintln(os.Stderr, "/sdk/compile -o x.a -p example.com/a -complete a.go")
		return
	}
	f, err := os.OpenFile(os.Getenv("FAKE_BUILDS"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = f.WriteString("build\n")
	}
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(os.Stderr, "example.com/a")
	switch plays {
	case "hang":
		if err := os.WriteFile(output, []byte("half"), 0o755); err != nil {
			panic(err)
		}
		time.Sleep(time.Minute)
	case "":
		time.Sleep(200 * time.Millisecond) // so that another start comes meanwhile
		data, err := os.ReadFile(os.Getenv("FAKE_COMMAND"))
		if err == nil {
			err = os.WriteFile(output, data, 0o755)
		}
		if err != nil {
			panic(err)
		}
	default:
		fmt.Fprintln(os.Stderr, plays)
		os.Exit(1)
	}
}

// A fixture is a checkout, and a launcher with a go command that is played.
type fixture struct {
	t                *testing.T
	root, bin, cache string
	builds           string
}

func newFixture(t *testing.T) fixture {
	f := fixture{t: t, root: filepath.Join(t.TempDir(), "Wörk shop"), bin: t.TempDir(), cache: t.TempDir()}
	f.builds = filepath.Join(f.bin, "builds")
	f.write("go.mod", "module otel.workshop\n\ngo 1.26\n")
	f.write("go.sum", "")
	f.write("internal/command/workshop/main.go", source)
	f.write("internal/postgres/serve/main.go", source)
	f.write("steps/01-first/README.md", "# First\n\n```text\n├─ a picture\n```\n")
	f.write("steps/02-second/README.md", "# Second\n")
	self, err := os.ReadFile(os.Args[0])
	require.NoError(t, err)
	for _, name := range []string{"launcher.exe", "go.exe"} {
		if runtime.GOOS != "windows" {
			name = strings.TrimSuffix(name, ".exe")
		}
		require.NoError(t, os.WriteFile(filepath.Join(f.bin, name), self, 0o755))
	}
	return f
}

func (f fixture) write(name, content string) {
	f.t.Helper()
	name = filepath.Join(f.root, filepath.FromSlash(name))
	require.NoError(f.t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(f.t, os.WriteFile(name, []byte(content), 0o644))
}

// builtCommand builds the command that the played go command hands out, once for all.
var builtCommand = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "launch-test-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file, binary := filepath.Join(dir, "main.go"), filepath.Join(dir, "command.exe")
	if err := os.WriteFile(file, []byte(source), 0o644); err != nil {
		return nil, err
	}
	if out, err := exec.Command("go", "build", "-o", binary, file).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	return os.ReadFile(binary)
})

// start returns a launcher that is not running yet, in a folder of the checkout.
func (f fixture) start(folder, plays string, args ...string) *exec.Cmd {
	f.t.Helper()
	built, err := builtCommand()
	require.NoError(f.t, err)
	name := filepath.Join(f.bin, "command")
	if !isFile(name) {
		require.NoError(f.t, os.WriteFile(name, built, 0o755))
	}
	cmd := exec.Command(filepath.Join(f.bin, "launcher"), args...)
	cmd.Dir = filepath.Join(f.root, folder)
	cmd.Env = append(os.Environ(), "PATH="+f.bin, "FAKE_GO="+plays, "FAKE_BUILDS="+f.builds, "FAKE_COMMAND="+name,
		"XDG_CACHE_HOME="+f.cache, "HOME="+f.cache, "LocalAppData="+f.cache, "GOFLAGS=")
	return cmd
}

// run returns what a launcher printed, and its exit status.
func (f fixture) run(cmd *exec.Cmd) (stdout, stderr string, status int) {
	f.t.Helper()
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	_ = cmd.Run() // the status says it
	return out.String(), err.String(), cmd.ProcessState.ExitCode()
}

func (f fixture) count() int {
	data, _ := os.ReadFile(f.builds) // there is none before the first
	return strings.Count(string(data), "build")
}

// left returns what is in the folder of programs, but for the locks.
func (f fixture) left() []string {
	entries, _ := os.ReadDir(filepath.Join(f.root, ".workshop", "bin"))
	var names []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".lock" {
			names = append(names, e.Name())
		}
	}
	return names
}

func TestBuildsOnceAndHandsOver(t *testing.T) {
	f := newFixture(t)
	cmd := f.start("", "", "check", "a b", "--json")
	cmd.Stdin = strings.NewReader("typed")
	stdout, stderr, status := f.run(cmd)
	require.Equal(t, "command: check|a b|--json typed\n", stdout, stderr)
	require.Equal(t, 7, status)
	require.Contains(t, stderr, "The Invisible Thread")
	require.LessOrEqual(t, strings.Count(stderr, "\n"), 4, "few lines without a terminal")

	stdout, stderr, status = f.run(f.start("steps/01-first", "no build is due", "list"))
	require.Equal(t, "command: list \n", stdout)
	require.Empty(t, stderr)
	require.Equal(t, 7, status)
	require.Equal(t, 1, f.count())

	f.write("internal/new.go", "package internal\n") // as git pull does
	_, stderr, status = f.run(f.start("", ""))
	require.Equal(t, 7, status, stderr)
	require.NotContains(t, stderr, "Invisible", "told once")
	require.Equal(t, 2, f.count())
	require.Len(t, f.left(), 1, "the old one is cleared away")

	require.NoError(t, os.RemoveAll(filepath.Join(f.root, ".workshop")))
	_, _, status = f.run(f.start("", ""))
	require.Equal(t, 7, status)
	require.Equal(t, 3, f.count())
}

func TestWhatTheCommandIsBuiltFrom(t *testing.T) {
	f := newFixture(t)
	first, err := command.binaryName(f.root)
	require.NoError(t, err)
	for _, name := range []string{"internal/a_test.go", "internal/testdata/a.go", "steps/01-first/a.go", "README.md"} {
		f.write(name, "anything")
		same, err := command.binaryName(f.root)
		require.NoError(t, err)
		require.Equal(t, first, same, name)
	}
	for _, name := range []string{"go.mod", "go.sum", "internal/web/page.js", "internal/a/a.go"} {
		f.write(name, "module otel.workshop // something else")
		changed, err := command.binaryName(f.root)
		require.NoError(t, err)
		require.NotEqual(t, first, changed, name)
		first = changed
	}
}

func TestTwoStartsBuildOnce(t *testing.T) {
	f := newFixture(t)
	cmds := []*exec.Cmd{f.start("", ""), f.start("", ""), f.start("", "")}
	var all sync.WaitGroup
	for _, cmd := range cmds {
		all.Go(func() { _, _, _ = f.run(cmd) })
	}
	all.Wait()
	for _, cmd := range cmds {
		require.Equal(t, 7, cmd.ProcessState.ExitCode())
	}
	require.Equal(t, 1, f.count())
}

func TestKilledBuildIsInNobodysWay(t *testing.T) {
	f := newFixture(t)
	cmd := f.start("", "hang")
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return f.count() == 1 }, time.Minute, 10*time.Millisecond)
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait() // it was killed
	stdout, stderr, status := f.run(f.start("", ""))
	require.Equal(t, 7, status, stderr)
	require.Contains(t, stdout, "command:")
	require.Len(t, f.left(), 1)
}

func TestFailedBuildSaysWhatToDo(t *testing.T) {
	for _, c := range []struct{ says, do string }{
		{"go: example.com/a@v1.0.0: Get \"https://proxy\": dial tcp: lookup proxy: no such host", "go online"},
		{"go: example.com/a@v1.0.0: module lookup disabled by GOPROXY=off", "go online"},
		{"go: go.mod requires go >= 1.26.0 (running go 1.24.0; GOTOOLCHAIN=local)", "too old"},
		{"go build a: write /tmp/x.a: no space left on device", "disk is full"},
		{"go: parsing $GOFLAGS: non-flag \"x\"", "GOFLAGS"},
		{"verifying example.com/a@v1.0.0: checksum mismatch", "git restore go.mod go.sum"},
		{"open /root/.cache/go-build/00: permission denied", "GOCACHE=FOLDER"},
		{"# otel.workshop/internal/web\ninternal/web/web.go:3:1: syntax error", "git restore internal"},
	} {
		f := newFixture(t)
		stdout, stderr, status := f.run(f.start("", c.says))
		require.Equal(t, 1, status)
		require.Empty(t, stdout)
		require.Contains(t, stderr, strings.ReplaceAll(c.says, "\n", "\n  "), "the go command's own words")
		require.Contains(t, stderr, c.do)
		require.Empty(t, f.left())
	}
}

func TestManyWordsAreCut(t *testing.T) {
	err := failure(command, strings.Repeat("a.go:1:2: no such host\n", 40), exec.ErrDot)
	require.Equal(t, 12, strings.Count(err.Error(), "a.go"))
	require.ErrorContains(t, err, "… and 28 lines more\n\nThe modules can't be downloaded")
}

func TestWithoutGo(t *testing.T) {
	f := newFixture(t)
	cmd := f.start("", "")
	cmd.Env = append(cmd.Env, "PATH="+t.TempDir())
	_, stderr, status := f.run(cmd)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "https://go.dev/dl")
}

// A file stands where the folder should be: as good as a read-only disk, for
// anybody, root too.
func TestReadOnlyCheckout(t *testing.T) {
	f := newFixture(t)
	f.write(".workshop", "")
	for range 2 {
		stdout, stderr, status := f.run(f.start("", "", "list"))
		require.Equal(t, 7, status, stderr)
		require.Equal(t, "command: list \n", stdout)
	}
	require.Equal(t, 1, f.count())

	cmd := f.start("", "")
	nowhere := filepath.Join(f.root, "go.mod")
	f.write("internal/a.go", "package internal\n")
	cmd.Env = append(cmd.Env, "XDG_CACHE_HOME="+nowhere, "HOME="+nowhere, "LocalAppData="+nowhere)
	_, stderr, status := f.run(cmd)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "clone the workshop into a folder that you may write into")
}

// The go command itself builds here.
func TestRealBuild(t *testing.T) {
	f := newFixture(t)
	cmd := f.start("", "", "one")
	cmd.Env = append(os.Environ(), "GOFLAGS=")
	stdout, stderr, status := f.run(cmd)
	require.Equal(t, 7, status, stderr)
	require.Equal(t, "command: one \n", stdout)
	require.Len(t, f.left(), 1)
}
