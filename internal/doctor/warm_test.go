package doctor

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/gcflags"
)

var regexpNeedsModules = regexp.MustCompile(`(list -deps|mod download|build) -`)

const downloaded = `go: downloading something
{
	"Path": "example.com/a",
	"Version": "v1.0.0"
}
`

func checks(step, binary, _ string) []string {
	return []string{"test", "-c", "-o", binary, "./checker/" + step}
}

func TestWarmBuildsEverythingOnce(t *testing.T) {
	root := newCheckout(t)
	write(t, root, "checker/01-minimal/a_test.go", "package checks\n")
	write(t, root, "checker/01-minimal/b_test.go", "package checks\n")
	write(t, root, "checker/recorder/recorder_test.go", "package recorder\n")
	g := &fakeGo{answers: map[string]string{"mod download": downloaded}}
	var told []string
	require.NoError(t, Warm(t.Context(), WarmOptions{Root: root, Checks: checks, Go: g.run, Progress: func(line string) { told = append(told, line) }}))

	var asked []string
	for _, line := range g.asked {
		line = regexp.MustCompile(`-(o |modfile=)\S+ ?`).ReplaceAllString(line, "")
		asked = append(asked, strings.TrimSpace(line))
	}
	const flags = "-buildvcs=false -ldflags=-w " + gcflags.Fast + " "
	require.Equal(t, []string{
		"mod download -json",
		"build " + flags + "./solutions/01-minimal/shop",
		"build " + flags + "./steps/01-minimal/shop",
		"test -c ./checker/01-minimal",
		"vet " + gcflags.Fast + " ./solutions/...",
	}, asked)
	require.Len(t, told, 10, "before and after each")
	require.Equal(t, "downloading the modules …", told[0])
	require.Regexp(t, `^  \d+\.\d s$`, told[1])
}

func TestWarmForgivesTheLearner(t *testing.T) {
	root := newCheckout(t)
	write(t, root, "steps/01-minimal/shop/main.go", "package main\n\nfunc main() { torn }\n")
	var told []string
	require.NoError(t, Warm(t.Context(), WarmOptions{Root: root, Progress: func(line string) { told = append(told, line) }}))
	require.Contains(t, strings.Join(told, "\n"), "building steps/01-minimal/shop …\n  it does not compile as it is now")
	require.Contains(t, told, "3 of 3: vetting the solutions …", "it should go on")

	write(t, root, "solutions/01-minimal/shop/main.go", "package main\n\nfunc main() { torn }\n")
	require.ErrorContains(t, Warm(t.Context(), WarmOptions{Root: root}), "undefined: torn")
}

func TestWarmStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, Warm(ctx, WarmOptions{Root: newCheckout(t)}), context.Canceled)
}

// What the advice for machines without a network says is done here: a module
// cache of another machine serves as the proxy.
func TestOfflineAndItsCure(t *testing.T) {
	root := newCheckout(t)
	write(t, root, "go.mod", "module otel.workshop\n\ngo 1.26\n\nrequire example.com/hello v1.0.0\n")
	write(t, root, "solutions/01-minimal/shop/main.go", "package main\n\nimport _ \"example.com/hello\"\n\nfunc main() {}\n")
	proxy := makeModuleCache(t)

	settings := filepath.Join(t.TempDir(), "goenv")
	for name, value := range map[string]string{
		"GOMODCACHE": t.TempDir(), "GOENV": settings, "GOFLAGS": "-modcacherw", "GONOSUMDB": "", "GOSUMDB": "off", "GOPROXY": "",
	} {
		t.Setenv(name, value)
	}
	// The sums are in the repository.
	write(t, root, "go.sum", helloSums)

	t.Setenv("GOPROXY", "off")
	err := Warm(t.Context(), WarmOptions{Root: root})
	var offline *OfflineError
	require.ErrorAs(t, err, &offline)
	require.Contains(t, offline.Reason, "example.com/hello@v1.0.0")
	require.ErrorContains(t, err, "go env -w GOPROXY=file:///")
	require.Equal(t, "not downloaded yet", named(t, Examine(t.Context(), Options{Root: root}), "modules").Says)

	require.NoError(t, os.Unsetenv("GOPROXY"))
	out, err := runGo(t.Context(), root, nil, "env", "-w", "GOPROXY=file://"+slashRooted(proxy))
	require.NoError(t, err, out)
	require.NoError(t, Warm(t.Context(), WarmOptions{Root: root}))
	require.Equal(t, "all 1 that builds need are downloaded", named(t, Examine(t.Context(), Options{Root: root}), "modules").Says)
	require.Equal(t, helloSums, read(t, root, "go.sum"))
}

// slashRooted writes a path as a file URL has it: C:\x is /C:/x there.
func slashRooted(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return path
}

// A module that go.mod names for somebody else's tests may be missing.
func TestWarmGoesOnWithoutWhatNoBuildNeeds(t *testing.T) {
	lacking := `{"Path": "example.com/c", "Error": "module lookup disabled by GOPROXY=off"` + "\n}\n"
	g := &fakeGo{fails: map[string]bool{"mod download": true}, answers: map[string]string{"mod download": lacking, "list -deps": twoModules}}
	var told []string
	o := WarmOptions{Root: newCheckout(t), Go: g.run, Progress: func(line string) { told = append(told, line) }}
	require.NoError(t, Warm(t.Context(), o))
	require.Contains(t, strings.Join(told, "\n"), "1 of the modules in go.mod are not to be had; no build needs them")

	g.answers["list -deps"] = "need example.com/c - \"module lookup disabled by GOPROXY=off\"\n"
	var offline *OfflineError
	require.ErrorAs(t, Warm(t.Context(), o), &offline)
}
