package doctor

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/forward"
)

func TestAllIsWell(t *testing.T) {
	o, _ := healthy(t)
	findings := Examine(t.Context(), o)
	var names []string
	for _, f := range findings {
		names = append(names, f.Name)
		require.Equal(t, OK, f.Level, f)
		require.NotEmpty(t, f.Says, f.Name)
		require.Empty(t, f.Do, f.Name)
	}
	require.Equal(t, []string{"go", "folder", ".workshop", "git", "port 4318", "port 4317", "port 8080", "database", "OTEL_*", "proxies", "disk", "modules", "build cache"}, names)
}

// forwarding has WORKSHOP_FORWARD name a backend that answers so.
func forwarding(answers ...forward.Answer) func(*Options, *fakeGo) {
	return func(o *Options, _ *fakeGo) {
		o.Environ = []string{"WORKSHOP_FORWARD=http://jaeger.example:4318"}
		o.TryForward = func(context.Context, forward.Options) ([]forward.Answer, error) { return answers, nil }
	}
}

func TestFindings(t *testing.T) {
	held := func(ports ...int) func(int) bool {
		return func(port int) bool {
			for _, p := range ports {
				if p == port {
					return false
				}
			}
			return true
		}
	}
	workshopAt := func(want string) func(context.Context, string) bool {
		return func(_ context.Context, addr string) bool { return addr == want }
	}
	for name, test := range map[string]struct {
		change   func(*Options, *fakeGo)
		finding  string
		level    Level
		says, do string
	}{
		"no go": {func(o *Options, _ *fakeGo) { o.LookPath = missing("go") },
			"go", Bad, "not on your PATH", "https://go.dev/dl"},
		"old go": {func(_ *Options, g *fakeGo) { g.answers["version"] = "go version go1.24.1 linux/amd64" },
			"go", Warn, "go1.24.1, and go.mod asks for 1.26, so it downloads", "install Go 1.26 or newer"},
		"old go that may not download": {func(_ *Options, g *fakeGo) {
			g.answers["version"], g.answers["env GOTOOLCHAIN"] = "go version go1.25.9 linux/amd64", "local\n"
		}, "go", Bad, "GOTOOLCHAIN=local keeps it from downloading", "install Go 1.26 or newer"},
		"newer go": {func(_ *Options, g *fakeGo) { g.answers["version"] = "go version go1.27rc1 X:something linux/amd64" },
			"go", OK, "go1.27rc1", ""},
		"go that says nonsense": {func(_ *Options, g *fakeGo) { g.answers["version"] = "gccgo" },
			"go", Warn, "gccgo", "go version"},

		"no git": {func(o *Options, _ *fakeGo) { o.LookPath = missing("git") },
			"git", Warn, "does without", "https://git-scm.com"},

		"foreign program on 4318": {func(o *Options, _ *fakeGo) { o.PortIsFree = held(4318) },
			"port 4318", Warn, "held by another program", "by hand"},
		"foreign program on 8080": {func(o *Options, _ *fakeGo) { o.PortIsFree = held(8080) },
			"port 8080", Warn, "held by another program", "shows it"},
		"workshop on 4318": {func(o *Options, _ *fakeGo) {
			o.PortIsFree, o.IsWorkshop = held(4317, 4318, 8080), workshopAt("127.0.0.1:4318")
		}, "port 4318", OK, "held by the workshop", ""},
		"workshop on 4317": {func(o *Options, _ *fakeGo) {
			o.PortIsFree, o.IsWorkshop = held(4317, 4318, 8080), workshopAt("127.0.0.1:4318")
		}, "port 4317", OK, "most likely", ""},

		"another database": {func(o *Options, _ *fakeGo) { o.Environ = []string{"DATABASE_URL=postgres://u:secret@db.example/x"} },
			"database", OK, "as DATABASE_URL says", ""},
		"database that is not built yet": {func(o *Options, _ *fakeGo) { o.HasDatabase = func() bool { return false } },
			"database", OK, "which the first start builds", ""},
		"a backend to forward to": {func(o *Options, _ *fakeGo) {
			o.Environ = []string{"WORKSHOP_FORWARD=http://jaeger.example:4318", "WORKSHOP_FORWARD_HEADERS=api-key=secret"}
			o.TryForward = func(_ context.Context, to forward.Options) ([]forward.Answer, error) {
				if to.Headers["api-key"] != "secret" {
					return nil, errUnknown
				}
				return []forward.Answer{{Signal: "traces"}, {Signal: "metrics"}, {Signal: "logs"}}, nil
			}
		}, "WORKSHOP_FORWARD", OK, "http://jaeger.example:4318 answers OTLP, and takes traces, metrics and logs", ""},
		"a backend for traces": {forwarding(forward.Answer{Signal: "traces"}, forward.Answer{Signal: "metrics", Why: "it answered 404 Not Found"}),
			"WORKSHOP_FORWARD", Warn, "takes traces alone; of metrics, it says: it answered 404 Not Found", "dropped, and counted"},
		"a backend that is not there": {forwarding(forward.Answer{Signal: "traces", Why: "nothing listens there", Again: true}),
			"WORKSHOP_FORWARD", Warn, "there is no answer from http://jaeger.example:4318: nothing listens there", "start what should answer there"},
		"a backend that is none": {forwarding(forward.Answer{Signal: "traces", Why: "it answered 404 Not Found"}),
			"WORKSHOP_FORWARD", Warn, "takes no OTLP: it answered 404", "look at the path"},
		"a backend that is a workshop": {func(o *Options, _ *fakeGo) {
			o.Environ = []string{"WORKSHOP_FORWARD=http://localhost:4318"}
			o.IsWorkshop = workshopAt("localhost:4318")
		}, "WORKSHOP_FORWARD", Warn, "is a workshop that is running, not a backend", "name the backend"},
		"a backend without a scheme": {func(o *Options, _ *fakeGo) { o.Environ = []string{"WORKSHOP_FORWARD=jaeger:4318"} },
			"WORKSHOP_FORWARD", Bad, "the workshop does not start", "begin with http:// or https://"},

		"no such database": {func(o *Options, _ *fakeGo) {
			o.Environ = []string{"DATABASE_URL=postgres://u:secret@db.example/x"}
			o.TryDatabase = func(context.Context, string) (string, error) { return "", errUnknown }
		}, "database", Warn, "DATABASE_URL", "not known here"},

		"collector elsewhere": {func(o *Options, _ *fakeGo) { o.Environ = []string{"OTEL_EXPORTER_OTLP_ENDPOINT=secret"} },
			"OTEL_*", Warn, "go run . run sends telemetry where", "nothing, if that is meant"},
		"stray variables": {func(o *Options, _ *fakeGo) {
			o.Environ = []string{"OTEL_TRACES_EXPORTER=secret", "OTEL_EXPORTER_OTLP_HEADERS=secret", "HOME=/"}
		}, "OTEL_*", Warn, "OTEL_EXPORTER_OTLP_HEADERS, OTEL_TRACES_EXPORTER set", "OTEL_EXPORTER_OTLP_HEADERS"},
		"proxies": {func(o *Options, _ *fakeGo) { o.Environ = []string{"https_proxy=secret", "NO_PROXY=x", "GOPROXY=y"} },
			"proxies", OK, "NO_PROXY, https_proxy set", ""},

		"full disk": {func(o *Options, _ *fakeGo) { o.FreeSpace = func(string) (uint64, error) { return gibibyte / 2, nil } },
			"disk", Warn, "0.5 GiB free for", "make room"},

		"modules missing": {func(_ *Options, g *fakeGo) {
			g.answers["list -deps"] = twoModules + "need example.com/d - \"module lookup disabled by GOPROXY=off\"\n"
		}, "modules", Warn, "not downloaded yet: example.com/d", "--warm"},
		"empty module cache": {func(_ *Options, g *fakeGo) {
			g.answers["list -deps"] = "need example.com/a - \"module lookup disabled by GOPROXY=off\"\n"
		}, "modules", Warn, "not downloaded yet", "--warm"},
		"what a learner imports": {func(_ *Options, g *fakeGo) {
			g.answers["list -deps"] = twoModules + "need example.com/mine - \"no required module provides package example.com/mine\"\n" +
				"need otel.workshop/steps/01-minimal otel.workshop \"expected 'package'\"\n"
		}, "modules", OK, "all 2 that builds need", ""},
		"bad go.mod": {func(_ *Options, g *fakeGo) {
			g.answers["list -deps"], g.fails["list -deps"] = "go: errors parsing go.mod:\ngo.mod:3: unknown directive: x\n", true
		}, "modules", Bad, "errors parsing go.mod:\ngo.mod:3: unknown directive: x", "git restore"},
		"bad go.sum": {func(_ *Options, g *fakeGo) {
			g.answers["list -deps"] = "need example.com/a - \"missing go.sum entry for module providing package example.com/a\"\n"
		}, "modules", Bad, "missing go.sum entry", "git restore"},
		"nothing to restore": {func(o *Options, g *fakeGo) {
			o.Changed = func(context.Context, string, ...string) (bool, error) { return false, nil }
			g.answers["list -deps"], g.fails["list -deps"] = "go: parsing $GOFLAGS: unknown flag -x\n", true
		}, "modules", Bad, "unknown flag -x", "git calls go.mod and go.sum unchanged"},
		"no git to ask": {func(o *Options, g *fakeGo) {
			o.Changed = func(context.Context, string, ...string) (bool, error) { return false, errUnknown }
			g.answers["list -deps"], g.fails["list -deps"] = "go: go.mod:3: unknown directive: x\n", true
		}, "modules", Bad, "unknown directive", "compare go.mod and go.sum"},

		"no room to look at modules": {func(_ *Options, g *fakeGo) {
			g.answers["list -deps"], g.fails["list -deps"] = "go: write /tmp/x: no space left on device\n", true
		}, "modules", Bad, "no space left on device", "TMPDIR"},

		"cold build cache": {func(_ *Options, g *fakeGo) {
			g.answers["build -n"] = "/go/tool/compile -o x -p net/http -std\n\"C:\\go\\tool\\compile.exe\" -o x -p fmt -std\n"
		}, "build cache", Warn, "2 packages", "--warm"},
	} {
		t.Run(name, func(t *testing.T) {
			o, g := healthy(t)
			test.change(&o, g)
			findings := Examine(t.Context(), o)
			f := named(t, findings, test.finding)
			require.Equal(t, test.level, f.Level, f)
			require.Contains(t, f.Says, test.says)
			require.NotContains(t, f.Says+f.Do, "secret")
			if test.do == "" {
				require.Empty(t, f.Do)
			} else {
				require.Contains(t, f.Do, test.do)
			}
			for _, f := range findings {
				require.Equal(t, f.Level != OK, f.Do != "", "what is not well has something to do about it: %v", f)
			}
			require.Equal(t, test.level, Worst(findings))
		})
	}
}

func TestElsewhere(t *testing.T) {
	o, _ := healthy(t)
	o.Root = t.TempDir()
	findings := Examine(t.Context(), o)
	f := named(t, findings, "folder")
	require.Equal(t, Bad, f.Level)
	require.Contains(t, f.Do, "cd into the folder that git clone made")
}

func TestFolderThatIsNotOurs(t *testing.T) {
	o, _ := healthy(t)
	write(t, o.Root, ".workshop", "a file where the folder should be")
	f := named(t, Examine(t.Context(), o), ".workshop")
	require.Equal(t, Bad, f.Level)
	require.NotEmpty(t, f.Do)
}

func TestUnknownFreeSpaceIsPassedOver(t *testing.T) {
	o, _ := healthy(t)
	o.FreeSpace = func(string) (uint64, error) { return 0, errUnknown }
	for _, f := range Examine(t.Context(), o) {
		require.NotEqual(t, "disk", f.Name)
	}
}

func TestNothingIsDownloaded(t *testing.T) {
	o, g := healthy(t)
	Examine(t.Context(), o)
	found := 0
	for _, asked := range g.asked {
		if regexpNeedsModules.MatchString(asked) {
			found++
			require.Regexp(t, `^GOPROXY=off `, asked)
		}
	}
	require.Equal(t, 2, found, "%q", g.asked)
}

// The real functions, on this machine.
func TestRealMachine(t *testing.T) {
	root := newCheckout(t)
	before := read(t, root, "go.mod") + read(t, root, "go.sum")
	findings := Examine(t.Context(), Options{Root: filepath.Join(root, "steps")})
	require.Equal(t, OK, named(t, findings, "go").Level)
	require.Contains(t, named(t, findings, "go").Says, runtime.Version())
	require.Equal(t, "all 0 that builds need are downloaded", named(t, findings, "modules").Says)
	require.Regexp(t, `GiB free for`, named(t, findings, "disk").Says)
	named(t, findings, "build cache")
	require.Equal(t, OK, named(t, findings, "database").Level)
	require.Equal(t, before, read(t, root, "go.mod")+read(t, root, "go.sum"))
}

func read(t *testing.T, root, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	return string(data)
}
