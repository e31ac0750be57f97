package variant

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func load1(t *testing.T, root, name string) Variant {
	t.Helper()
	vs, err := Load(root)
	require.NoError(t, err)
	v, err := Find(vs, name)
	require.NoError(t, err)
	return v
}

func TestApply(t *testing.T) {
	for _, crlf := range []bool{false, true} {
		root := checkout(t)
		if crlf {
			toCRLF(t, root)
		}
		files, err := load1(t, root, "unknown-service").Apply(root)
		require.NoError(t, err)
		require.Len(t, files, 4)
		require.Contains(t, string(files["telemetry.go"]), "name := \"unknown_service\"\n")
		require.Contains(t, string(files["shop/main.go"]), "fmt.Println(\"broken\", minimal.Serve())")
		require.Equal(t, "package minimal\n", string(files["extra.go"]))
		require.Equal(t, "package minimal\n\n// Serve is given.\nfunc Serve() string { return Setup() }\n", string(files["server.go"]), "untouched, with LF")
	}
}

func TestApplyToKeepsItsArgument(t *testing.T) {
	root := checkout(t)
	solution, err := Solution(root, "01-minimal")
	require.NoError(t, err)
	before := texts(solution)
	_, err = load1(t, root, "unknown-service").ApplyTo(solution)
	require.NoError(t, err)
	require.Equal(t, before, texts(solution))
}

func TestApplyIsStrict(t *testing.T) {
	for name, c := range map[string]struct {
		old, new string // in the solution's telemetry.go
		want     string
	}{
		"the line changed":    {`"demo-service"`, `"demo"`, "line 5: "},
		"the context changed": {"// Setup names", "// Setup really names", "line 3: "},
		"the lines moved":     {"package minimal\n", "\npackage minimal\n", "line 2: "},
		"it became shorter":   {"\treturn name\n}\n", "", "hunk 1 (@@ -2,6 +2,6 @@)"},
	} {
		t.Run(name, func(t *testing.T) {
			root := checkout(t)
			text := read(t, root, "solutions/01-minimal/telemetry.go")
			require.Contains(t, text, c.old)
			write(t, root, "solutions/01-minimal/telemetry.go", strings.Replace(text, c.old, c.new, 1))
			_, err := load1(t, root, "unknown-service").Apply(root)
			require.ErrorContains(t, err, "variant broken/01-minimal/unknown-service.diff no longer fits solutions/01-minimal/telemetry.go: hunk 1 (@@ -2,6 +2,6 @@)")
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, "Make its diff anew")
		})
	}
}

func TestApplyMissesFiles(t *testing.T) {
	root := checkout(t)
	v := load1(t, root, "unknown-service")
	write(t, root, "solutions/01-minimal/extra.go", "package minimal\n")
	_, err := v.Apply(root)
	require.ErrorContains(t, err, "it adds solutions/01-minimal/extra.go, which is there already")
	require.NoError(t, os.Remove(filepath.Join(root, "solutions", "01-minimal", "extra.go")))
	require.NoError(t, os.Remove(filepath.Join(root, "solutions", "01-minimal", "telemetry.go")))
	_, err = v.Apply(root)
	require.ErrorContains(t, err, "it changes solutions/01-minimal/telemetry.go, which is not there")
}

// What git apply would refuse, or do otherwise, must be refused here.
func TestApplyRefusesWhatGitRefuses(t *testing.T) {
	for name, hunk := range map[string]string{
		"no context below":    "@@ -4,2 +4,2 @@\n func Setup() string {\n-\tname := \"demo-service\"\n+\tname := \"\"\n",
		"no context at all":   "@@ -5 +5 @@\n-\tname := \"demo-service\"\n+\tname := \"\"\n",
		"insertion, no lines": "@@ -4,0 +5 @@\n+\tname := \"\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			root := checkout(t)
			head, _, _ := strings.Cut(goodDiff, "@@")
			write(t, root, "broken/01-minimal/x.diff", "X.\n\nCaught-by: a\n\n"+head+hunk)
			_, err := load1(t, root, "x").Apply(root)
			require.ErrorContains(t, err, "no context after its change")
			git := gitAt(t, root)
			if git == nil {
				return
			}
			if _, err := git("apply", "broken/01-minimal/x.diff"); err == nil {
				require.True(t, strings.HasSuffix(read(t, root, "solutions/01-minimal/telemetry.go"), "name := \"\"\n"), "git puts it at the end")
			}
		})
	}
}

// gitAt returns a function that runs git in a new repository at root, or nil
// where there is no git.
func gitAt(t *testing.T, root string) func(args ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath("git")
	if err != nil {
		t.Log("without git:", err)
		return nil
	}
	git := func(args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), path, append([]string{"-C", root}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := git("init", "--quiet")
	require.NoError(t, err, out)
	return git
}

func TestGitAppliesAlike(t *testing.T) {
	root := checkout(t)
	git := gitAt(t, root)
	if git == nil {
		t.Skip("git is not installed")
	}
	vs, err := Load(root)
	require.NoError(t, err)
	alternatives, err := LoadDir(root, "solutions/01-minimal/alternatives")
	require.NoError(t, err)
	for _, v := range append(vs, alternatives...) {
		want, err := v.Apply(root)
		require.NoError(t, err)
		out, err := git("apply", v.Path)
		require.NoError(t, err, out)
		got, err := Solution(root, v.Step)
		require.NoError(t, err)
		require.Equal(t, texts(want), texts(got), v.Path)
		out, err = git("apply", "--reverse", v.Path)
		require.NoError(t, err, out)
	}
}

// toCRLF gives every file below root the line ends of a Windows checkout.
func toCRLF(t *testing.T, root string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, []byte(strings.ReplaceAll(string(data), "\n", "\r\n")), 0o666)
	}))
}
