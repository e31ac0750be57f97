package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// A config is a file for another program, as far as it is read here: a
// workflow, a task, a debugger's configuration.
type config = map[string]any

// readYAML reads a file of the repository.
func readYAML(t *testing.T, path string) config {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../..", path))
	require.NoError(t, err)
	return parseYAML(t, path, data)
}

func parseYAML(t *testing.T, path string, data []byte) config {
	t.Helper()
	var c config
	require.NoError(t, yaml.Unmarshal(data, &c), path)
	require.NotEmpty(t, c, path)
	return c
}

// readJSON reads a file that its program reads with comments: we have none, so
// that any program can.
func readJSON(t *testing.T, path string) config {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../..", path))
	require.NoError(t, err)
	var c config
	require.NoError(t, json.Unmarshal(data, &c), path)
	return c
}

// all returns every value under a key, however deep it stands.
func all(value any, key string) (found []any) {
	switch v := value.(type) {
	case config:
		for k, inner := range v {
			if k == key {
				found = append(found, inner)
			}
			found = append(found, all(inner, key)...)
		}
	case []any:
		for _, inner := range v {
			found = append(found, all(inner, key)...)
		}
	}
	return found
}

// gitLab returns the example of docs/ci.md.
func gitLab(t *testing.T) config {
	t.Helper()
	doc, err := os.ReadFile("../../docs/ci.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$").FindAllSubmatch(doc, -1)
	require.Len(t, blocks, 1)
	return parseYAML(t, "docs/ci.md", blocks[0][1])
}

func workflows(t *testing.T) map[string]config {
	t.Helper()
	paths, err := filepath.Glob("../../.github/workflows/*")
	require.NoError(t, err)
	require.Len(t, paths, 2)
	found := map[string]config{}
	for _, path := range paths {
		found[filepath.Base(path)] = readYAML(t, filepath.Join(".github/workflows", filepath.Base(path)))
	}
	return found
}

func TestEveryCommandOfAWorkflowRuns(t *testing.T) {
	for name, c := range workflows(t) {
		commands := all(c, "run")
		for _, command := range commands {
			if line, ok := command.(string); ok { // defaults.run is none
				requireRuns(t, name, line)
			}
		}
		require.NotEmpty(t, commands, name)
	}
	for _, key := range []string{"script", "after_script"} {
		scripts := all(gitLab(t), key)
		require.Len(t, scripts, 1)
		for _, line := range scripts[0].([]any) {
			requireRuns(t, "docs/ci.md", line.(string))
		}
	}
}

var (
	actionVersion = regexp.MustCompile(`^[\w-]+/[\w-]+@v\d+\.\d+\.\d+$`)
	imageVersion  = regexp.MustCompile(`^[\w./-]+:[\w.-]*\d+\.\d+[\w.-]*$`)
	runnerVersion = regexp.MustCompile(`^[a-z]+-\d+(\.\d+)?$`)
)

func TestEverythingOfAWorkflowIsPinned(t *testing.T) {
	for name, c := range workflows(t) {
		for _, uses := range all(c, "uses") {
			require.Regexp(t, actionVersion, uses, name)
		}
		for _, image := range all(c, "container") {
			require.Regexp(t, imageVersion, image, name)
		}
		runners := all(c, "runs-on")
		for _, list := range all(c, "os") {
			runners = append(runners, list.([]any)...)
		}
		for _, runner := range runners {
			if runner != "${{ matrix.os }}" {
				require.Regexp(t, runnerVersion, runner, name)
			}
		}
		require.Equal(t, []any{config{"contents": "read"}}, all(c, "permissions"), name)
	}
	require.Regexp(t, imageVersion, gitLab(t)["grade"].(config)["image"])
}

// A learner's run fails for the core alone, and shows everything.
func TestLearnersAreGradedByTheCore(t *testing.T) {
	grade := workflows(t)["grade.yml"]
	lines := append(all(grade, "run"), all(gitLab(t), "script")[0].([]any)...)
	require.Len(t, lines, 2)
	for _, line := range lines {
		require.Regexp(t, `^go run \. check --markdown --junit results\.xml >`, line)
		require.NotContains(t, line, "--further")
	}
	require.Contains(t, lines[0], `>> "$GITHUB_STEP_SUMMARY"`)
	require.Equal(t, []any{"results.xml"}, all(grade, "path"))
	require.Equal(t, []any{"go.sum"}, all(grade, "cache-dependency-path"), "modules and build are kept by setup-go")
	require.Equal(t, []any{[]any{".cache/"}}, all(gitLab(t)["grade"].(config)["cache"], "paths"))
}

// requireRuns fails unless a shell's line could be run in the repository: the
// workshop's commands with flags and arguments that they take, the go command
// on folders that there are, a script that may be run.
func requireRuns(t *testing.T, where, line string) {
	t.Helper()
	line, _, _ = strings.Cut(line, " #")
	line, _, _ = strings.Cut(line, " >")
	words := strings.Fields(line)
	require.NotEmpty(t, words, where)
	switch {
	case strings.HasPrefix(line, "go run . ") || line == "go run .":
		require.NoError(t, parses(words[3:]), "%s: %s", where, line)
	case strings.HasPrefix(line, "go test ") || strings.HasPrefix(line, "go vet "):
		for i, word := range words[2:] {
			if word == "-timeout" || words[i+1] == "-timeout" {
				continue
			}
			require.DirExists(t, filepath.Join("../..", strings.TrimSuffix(word, "/...")), "%s: %s", where, line)
		}
	case strings.HasPrefix(words[0], ".ci/"):
		script, err := os.ReadFile(filepath.Join("../..", words[0]))
		require.NoError(t, err, where)
		require.True(t, strings.HasPrefix(string(script), "#!/"), "%s: %s", where, line)
	default:
		require.Contains(t, []string{"cat results.md", `git config --global --add safe.directory "$GITHUB_WORKSPACE"`}, line,
			"%s: nothing here tells whether this runs", where)
	}
}

// parses returns an error unless the workshop understands a command line.
// Nothing of it is run.
func parses(args []string) error {
	root := newRoot(&workshop{})
	cmd, rest, err := root.Find(args)
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err == nil {
		err = cmd.ValidateArgs(cmd.Flags().Args())
	}
	if err == nil && cmd == root && cmd.Flags().NArg() > 0 && !strings.HasPrefix(cmd.Flags().Arg(0), "0") {
		err = unknownCommand(root, args[0]) // only a step may stand there
	}
	return err
}

func TestWhatDoesNotRunIsFound(t *testing.T) {
	for _, line := range []string{"chek", "check --markdwon", "check 01 02", "check --junit", "doctor --junit x", "01 02"} {
		require.Error(t, parses(strings.Fields(line)), line)
	}
	require.NoError(t, parses([]string{"01"}))
}
