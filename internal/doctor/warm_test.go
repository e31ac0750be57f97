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
	"otel.workshop/internal/launch"
	"otel.workshop/internal/pack"
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
	const flags = "-buildvcs=false -ldflags=-s -w " + gcflags.Fast + " "
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

// The database is a program of its own: it is built, its modules are looked for,
// and the bar knows of it.
func TestWarmBuildsTheDatabase(t *testing.T) {
	root := newCheckout(t)
	write(t, root, "internal/postgres/serve/main.go", "package main\n\nfunc main() {}\n")
	require.False(t, launch.HasDatabase(root))
	var out strings.Builder
	bar := launch.NewBar(&out, false, root)
	require.NoError(t, Warm(t.Context(), WarmOptions{Root: root, Progress: bar.Say, Bar: bar}))
	bar.Close()
	require.True(t, launch.HasDatabase(root))
	require.Contains(t, out.String(), "\n3 of 4: building the database …\n")
	require.Positive(t, bar.Planned())

	g := &fakeGo{}
	_, _, err := Options{Root: root, Go: g.run}.needed(t.Context(), nil)
	require.NoError(t, err)
	require.Contains(t, g.asked[0], " ./internal/postgres/serve ./solutions/...")

	write(t, root, "internal/postgres/serve/main.go", "package main\n\nfunc main() { torn }\n")
	require.ErrorContains(t, Warm(t.Context(), WarmOptions{Root: root}), "undefined: torn")
}

func TestWarmStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, Warm(ctx, WarmOptions{Root: newCheckout(t)}), context.Canceled)
}

// What the advice for machines without a network says is done here: a pack of
// one machine fills the empty module cache of another.
func TestOfflineAndItsCure(t *testing.T) {
	root := newCheckout(t)
	write(t, root, "go.mod", "module otel.workshop\n\ngo 1.26\n\nrequire example.com/hello v1.0.0\n")
	write(t, root, "solutions/01-minimal/shop/main.go", "package main\n\nimport _ \"example.com/hello\"\n\nfunc main() {}\n")
	write(t, root, "go.sum", helloSums) // the sums are in the repository
	for name, value := range map[string]string{
		"GOENV": "off", "GOFLAGS": "-modcacherw", "GONOSUMDB": "", "GOSUMDB": "sum.golang.org",
	} {
		t.Setenv(name, value)
	}
	file := filepath.Join(t.TempDir(), "a stick, ä", "modules.zip")
	require.NoError(t, os.Mkdir(filepath.Dir(file), 0o777))

	t.Setenv("GOMODCACHE", t.TempDir())
	t.Setenv("GOPROXY", "off")
	var offline *OfflineError
	require.ErrorAs(t, Pack(t.Context(), PackOptions{Root: root, File: file}), &offline)
	require.NoFileExists(t, file)

	t.Setenv("GOPROXY", "file://"+slashRooted(makeModuleCache(t)))
	var told []string
	require.NoError(t, Pack(t.Context(), PackOptions{Root: root, File: file, Progress: func(line string) { told = append(told, line) }}))
	require.Regexp(t, `^  1 modules, 0.0 MB\. Where there is no network: go run ./internal/pack/unpack `, told[len(told)-1])
	require.ErrorContains(t, Pack(t.Context(), PackOptions{Root: root, File: file}), "modules.zip exists")

	t.Setenv("GOMODCACHE", t.TempDir())
	t.Setenv("GOPROXY", "off")
	err := Warm(t.Context(), WarmOptions{Root: root})
	require.ErrorAs(t, err, &offline)
	require.Contains(t, offline.Reason, "example.com/hello@v1.0.0")
	require.ErrorContains(t, err, "go run ./internal/pack/unpack FILE.zip")
	require.Equal(t, "not downloaded yet", named(t, Examine(t.Context(), Options{Root: root}), "modules").Says)

	write(t, root, "go.sum", strings.Replace(helloSums, "h1:qA", "h1:qB", 1)) // somebody else's stick
	require.ErrorContains(t, pack.Unpack(t.Context(), file, root), "checksum mismatch")
	write(t, root, "go.sum", helloSums)
	require.NoError(t, pack.Unpack(t.Context(), file, root))
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

// A pack holds the files of a proxy: all of each module, and the go.mod of older
// versions that go.sum names.
func TestPacked(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	write(t, root, "go.sum", "example.com/Old v1.0.0-RC1 h1:x\r\nexample.com/Old v1.0.0-RC1/go.mod h1:x\r\nexample.com/gone v1.0.0/go.mod h1:x\n")
	write(t, dir, "example.com/!old/@v/v1.0.0-!r!c1.mod", "module example.com/Old\n")
	at := func(ext string) string { return filepath.Join(dir, "example.com", "a", "@v", "v1.0.0."+ext) }
	names, err := packed(root, dir, []module{{Path: "example.com/a", Info: at("info"), GoMod: at("mod"), Zip: at("zip")}})
	require.NoError(t, err)
	require.Equal(t, []string{
		"example.com/!old/@v/v1.0.0-!r!c1.mod",
		"example.com/a/@v/v1.0.0.info", "example.com/a/@v/v1.0.0.mod", "example.com/a/@v/v1.0.0.zip",
	}, names)

	_, err = packed(root, dir, []module{{Path: "example.com/a", Info: filepath.Join(root, "go.mod")}})
	require.ErrorContains(t, err, "not in the module cache")
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
