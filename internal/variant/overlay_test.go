package variant

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// goAt runs the go command in dir, without what the environment may add.
func goAt(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath("go")
	if err != nil {
		t.Skip("the go command is not in PATH")
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestOverlayBuildsAVariantInThePlaceOfTheStep(t *testing.T) {
	root := checkout(t)
	// What a learner left there must neither compile nor run.
	write(t, root, "steps/01-minimal/telemetry.go", "package minimal // half-done\n\nfunc Setup() {")
	write(t, root, "steps/01-minimal/mine.go", "package minimal\n\nfunc init() { panic(\"mine\") }\n")
	write(t, root, "steps/01-minimal/shop/mine_test.go", "package nonsense\n")
	write(t, root, "steps/01-minimal/mine.s", "nonsense\n")

	files, err := load1(t, root, "unknown-service").Apply(root)
	require.NoError(t, err)
	replace, err := ForStep(root, "01-minimal", files)
	require.NoError(t, err)
	require.Nil(t, replace["steps/01-minimal/mine.go"])
	require.Contains(t, replace, "steps/01-minimal/mine.go")
	require.NotContains(t, replace, "steps/01-minimal/README.md")
	overlay, err := WriteOverlay(filepath.Join(root, ".workshop", "overlay"), replace, root)
	require.NoError(t, err)

	out, err := goAt(t, root, "run", "-overlay", overlay, "./steps/01-minimal/shop")
	require.NoError(t, err, out)
	require.Equal(t, "broken unknown_service\n", out)
	out, err = goAt(t, root, "vet", "-overlay", overlay, "./steps/...")
	require.NoError(t, err, out)

	// The second time, nothing is compiled.
	again, err := WriteOverlay(filepath.Join(root, ".workshop", "overlay"), replace, root)
	require.NoError(t, err)
	require.Equal(t, overlay, again)
	compiledNow(t, root, overlay)
	require.Empty(t, compiledNow(t, root, again))

	// One change compiles its own package and what imports it, no more.
	replace["steps/01-minimal/shop/main.go"] = append(replace["steps/01-minimal/shop/main.go"], "\n// changed\n"...)
	changed, err := WriteOverlay(filepath.Join(root, ".workshop", "overlay"), replace, root)
	require.NoError(t, err)
	require.Equal(t, "otel.workshop/steps/01-minimal/shop\n", compiledNow(t, root, changed))
}

// compiledNow builds the step with an overlay, without linking, and returns
// the packages that were not in the build cache.
func compiledNow(t *testing.T, root, overlay string) string {
	t.Helper()
	out, err := goAt(t, root, "build", "-v", "-overlay", overlay, "./steps/...")
	require.NoError(t, err, out)
	return out
}

func TestOverlayBuildsAVariantAsTheService(t *testing.T) {
	root := checkout(t)
	files, err := load1(t, root, "unknown-service").Apply(root)
	require.NoError(t, err)
	replace, err := ForSolution(root, "01-minimal", files)
	require.NoError(t, err)
	overlay, err := WriteOverlay(t.TempDir(), replace, root)
	require.NoError(t, err)
	out, err := goAt(t, root, "run", "-overlay", overlay, "./solutions/01-minimal/shop")
	require.NoError(t, err, out)
	require.Equal(t, "broken unknown_service\n", out)
	require.Contains(t, read(t, root, "solutions/01-minimal/telemetry.go"), "demo-service", "the file itself is as it was")
}

func TestOverlayHidesAWholeFolder(t *testing.T) {
	root := checkout(t)
	replace, err := ForStep(root, "01-minimal", Files{})
	require.NoError(t, err)
	overlay, err := WriteOverlay(t.TempDir(), replace, root)
	require.NoError(t, err)
	out, err := goAt(t, root, "build", "-overlay", overlay, "./steps/01-minimal")
	require.Error(t, err)
	require.Contains(t, out, "no Go files")
}

func TestMapBackCompileErrors(t *testing.T) {
	root := checkout(t)
	files, err := Solution(root, "01-minimal")
	require.NoError(t, err)
	files["telemetry.go"] = []byte("package minimal\n\nfunc Setup() string { return 1 }\n")
	files["shop/main.go"] = []byte("package main\n\nimport \"fmt\"\n\nfunc main( {}\n")
	replace, err := ForStep(root, "01-minimal", files)
	require.NoError(t, err)

	beside, within := t.TempDir(), filepath.Join(root, ".workshop", "over lay")
	for _, c := range []struct{ dir, at, verb string }{
		{beside, root, "build"},
		{beside, filepath.Join(root, "broken"), "build"},
		{within, root, "build"},
		{within, root, "vet"},
		{within, filepath.Join(root, "steps", "01-minimal"), "build"},
	} {
		overlay, err := WriteOverlay(c.dir, replace, root)
		require.NoError(t, err)
		out, err := goAt(t, c.at, c.verb, "-overlay", overlay, "otel.workshop/steps/01-minimal", "otel.workshop/steps/01-minimal/shop")
		require.Error(t, err, out)
		mapped := MapBack(overlay, out)
		require.Regexp(t, `(?m)^(vet: )?steps/01-minimal/telemetry\.go:3:\d+: cannot use 1`, mapped, "%v:\n%s", c, out)
		require.Regexp(t, `(?m)(^|\s)steps/01-minimal/shop/main\.go:5:\d+: `, mapped, "%v:\n%s", c, out)
	}
}

func TestMapBack(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(t.TempDir(), "w")
	overlay, err := WriteOverlay(dir, map[string][]byte{"a/x.go": []byte("same"), "b/x.go": []byte("same"), "c.go": nil}, root)
	require.NoError(t, err)
	base := func(name string) string { return hashName(name+"\n", []byte("same")) + ".go" }
	a, b := base("a/x.go"), base("b/x.go")
	require.FileExists(t, filepath.Join(dir, a))
	elements := strings.Split(filepath.ToSlash(dir), "/")
	last := elements[len(elements)-1]

	for in, want := range map[string]string{
		filepath.Join(dir, a) + ":3:5: bad":                              "a/x.go:3:5: bad",
		"../../../" + strings.Join(elements[1:], "/") + "/" + b + ":1:1": "b/x.go:1:1",
		"./" + a + ":1: and " + b + ":2":                                 "a/x.go:1: and b/x.go:2",
		`..\..\` + last + `\` + a + ":1":                                 "a/x.go:1",
		"vet: " + last + "/" + a + ":1\n\t" + filepath.Join(dir, b):      "vet: a/x.go:1\n\tb/x.go",
		"(" + filepath.Join(dir, a) + ")":                                "(a/x.go)",
		"other.go:1: nothing to see":                                     "other.go:1: nothing to see",
		"":                                                               "",
	} {
		require.Equal(t, want, MapBack(overlay, in), in)
	}
	require.Equal(t, "as it is", MapBack(filepath.Join(dir, "none.json"), "as it is"))
}

func TestWriteOverlayIsSafeForSeveralAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "when needed")
	root := t.TempDir()
	replace := map[string][]byte{"x.go": []byte(strings.Repeat("x", 1<<16)), filepath.Join(root, "y.go"): nil, "z.go": {}}
	var wg sync.WaitGroup
	paths := make([]string, 16)
	errs := make([]error, 16)
	for i := range paths {
		wg.Go(func() { paths[i], errs[i] = WriteOverlay(dir, replace, root) })
	}
	wg.Wait()
	for i := range paths {
		require.NoError(t, errs[i])
		require.Equal(t, paths[0], paths[i])
	}
	var o overlay
	require.NoError(t, json.Unmarshal([]byte(read(t, dir, filepath.Base(paths[0]))), &o))
	require.Empty(t, o.Replace[filepath.Join(root, "y.go")])
	require.NotEmpty(t, o.Replace[filepath.Join(root, "z.go")], "an empty file is not a hidden one")
	data, err := os.ReadFile(o.Replace[filepath.Join(root, "x.go")])
	require.NoError(t, err)
	require.Equal(t, replace["x.go"], data)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 3, "nothing temporary is left")
}

func TestWriteOverlayMendsAFileThatWasCutShort(t *testing.T) {
	dir, root := t.TempDir(), t.TempDir()
	replace := map[string][]byte{"x.go": []byte("package x\n")}
	overlay, err := WriteOverlay(dir, replace, root)
	require.NoError(t, err)
	name := hashName("x.go\n", replace["x.go"]) + ".go"
	write(t, dir, name, "pack")
	again, err := WriteOverlay(dir, replace, root)
	require.NoError(t, err)
	require.Equal(t, overlay, again)
	require.Equal(t, "package x\n", read(t, dir, name))
}
