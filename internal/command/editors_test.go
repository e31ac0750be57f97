package command

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// inEditor fills in what VS Code knows while a step's file is open.
var inEditor = strings.NewReplacer(
	"${workspaceFolder}", "../..",
	"${fileDirnameBasename}", "01-minimal",
	"${selectedText}", "TestServiceName",
)

func TestEveryTaskOfAnEditorRuns(t *testing.T) {
	requireRuns(t, "devcontainer.json", readJSON(t, ".devcontainer/devcontainer.json")["postCreateCommand"].(string))

	labels := map[any]bool{}
	for _, value := range readJSON(t, ".vscode/tasks.json")["tasks"].([]any) {
		task := value.(config)
		labels[task["label"]] = true
		line := task["command"].(string)
		for _, arg := range task["args"].([]any) {
			line += " " + inEditor.Replace(arg.(string))
		}
		require.NotContains(t, line, "$")
		requireRuns(t, "tasks.json", line)
	}
	require.Len(t, labels, 6)

	for _, value := range readJSON(t, ".vscode/launch.json")["configurations"].([]any) {
		launch := value.(config)
		require.DirExists(t, inEditor.Replace(launch["program"].(string)), "%s", launch["name"])
		if task := launch["preLaunchTask"]; task != nil {
			require.True(t, labels[task], "there is no task %q", task)
		}
	}
	require.Contains(t, readJSON(t, ".vscode/extensions.json")["recommendations"], "golang.go")
}

func TestADevcontainerForwardsThePorts(t *testing.T) {
	c := readJSON(t, ".devcontainer/devcontainer.json")
	require.Regexp(t, imageVersion, c["image"])
	require.Equal(t, []any{8765.0, 8080.0, 4318.0}, c["forwardPorts"])
	for _, port := range []string{"8765", "8080", "4318"} {
		require.NotEmpty(t, c["portsAttributes"].(config)[port].(config)["label"], port)
	}
	for _, path := range all(c, "openFiles")[0].([]any) {
		require.FileExists(t, filepath.Join("../..", path.(string)))
	}
}

// A finding names a place, and the compiler does: both can be clicked on.
func TestPlacesOfFindingsAreProblems(t *testing.T) {
	finding, err := os.ReadFile("../report/testdata/text-all.golden")
	require.NoError(t, err)
	build, err := os.ReadFile("../report/testdata/text-does-not-compile.golden")
	require.NoError(t, err)
	patterns := 0
	for _, value := range readJSON(t, ".vscode/tasks.json")["tasks"].([]any) {
		task := value.(config)
		matcher, ok := task["problemMatcher"].(config)
		if !ok || matcher["owner"] != "workshop" {
			continue
		}
		patterns++
		p := matcher["pattern"].(config)
		require.Equal(t, []any{1.0, 2.0, 3.0, 4.0}, []any{p["file"], p["line"], p["column"], p["message"]})
		place := regexp.MustCompile("(?m)" + p["regexp"].(string))
		require.Equal(t, [][]string{{"steps/02-handler-spans/handler.go", "31", "", "lesson 2.1"}}, problems(place, finding))
		require.Equal(t, [][]string{
			{"steps/02-handler-spans/handler.go", "31", "2", "declared and not used: span"},
			{"steps/02-handler-spans/handler.go", "40", "9", "undefined: tracer"},
		}, problems(place, build))
	}
	require.Equal(t, 2, patterns)
}

func problems(place *regexp.Regexp, printed []byte) (found [][]string) {
	for _, groups := range place.FindAllSubmatch(printed, -1) {
		var texts []string
		for _, group := range groups[1:] {
			texts = append(texts, string(group))
		}
		found = append(found, texts)
	}
	return found
}

// GoLand's configurations, as far as they can be read.
func TestGoLandRunsWhatThereIs(t *testing.T) {
	paths, err := filepath.Glob("../../.run/*.run.xml")
	require.NoError(t, err)
	require.Len(t, paths, 2)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		var file struct {
			Configuration struct {
				Type       string `xml:"type,attr"`
				Package    value  `xml:"package"`
				Kind       value  `xml:"kind"`
				Parameters value  `xml:"parameters"`
			} `xml:"configuration"`
		}
		require.NoError(t, xml.Unmarshal(data, &file), path)
		c := file.Configuration
		require.Equal(t, []string{"GoApplicationRunConfiguration", "PACKAGE", "otel.workshop"}, []string{c.Type, c.Kind.Value, c.Package.Value}, path)
		require.NoError(t, parses(strings.Fields(c.Parameters.Value)), path)
	}
}

type value struct {
	Value string `xml:"value,attr"`
}
