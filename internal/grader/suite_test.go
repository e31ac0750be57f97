package grader

import (
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/tryout"
	"otel.workshop/internal/variant"
)

// covering calls everything that there is, and asserts nothing of it.
const covering = `
func cover(t *testing.T) http.Handler {
	h := service(t, func(context.Context, int64) (string, error) { return "shipped", nil }, paid)
	get(t.Context(), h, "/orders/42")
	store, err := dbmetrics.NewStore(openDB(t, func(context.Context, int64) (string, error) { return "shipped", nil }))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = store.Status(t.Context(), 42)
	return h
}

func TestCover(t *testing.T) { cover(t) }
`

// A hostileSuite is tests, what they import besides, and which checks they pass.
type hostileSuite struct {
	imports, source string
	passes          []string
}

// files are the tests beside what is given, with a folder for what they write.
func (h hostileSuite) files(given variant.Files, folder string) variant.Files {
	source := "package owntests\n\nimport (\n\t\"context\"\n\t\"net/http\"\n\t\"testing\"\n\n"
	for _, path := range strings.Fields(h.imports) {
		source += "\t\"" + path + "\"\n"
	}
	if strings.Contains(h.source, "handlerspans.") {
		source += "\thandlerspans \"otel.workshop/solutions/02-handler-spans\"\n"
	}
	source += "\tdbmetrics \"otel.workshop/solutions/03-db-metrics\"\n)\n" + h.source
	return variant.Files{
		"given_test.go": given["given_test.go"], "doc.go": given["doc.go"],
		"cover_test.go": []byte(strings.ReplaceAll(source, "FOLDER", strconv.Quote(folder))),
	}
}

// Tests that try to tell a service by anything but what it does should pass no
// check that asks for a catch; and tests that don't run, none at all.
func TestHostileSuites(t *testing.T) {
	const root = "../.."
	steps, err := lesson.Load(root)
	require.NoError(t, err)
	step, _, err := lesson.Find(steps, "05")
	require.NoError(t, err)
	given, err := variant.Solution(root, step.Name)
	require.NoError(t, err)
	checks := build{root: root, step: step.Name, binary: filepath.Join(t.TempDir(), program("checks.test", runtime.GOOS))}
	_, err = checks.compile(t.Context(), nil, "")
	require.NoError(t, err)
	asked := []string{"accepts-right-answers", "catches-lost-parents", "catches-uncounted"}
	harmless := []string{"accepts-right-answers"} // which tests without an assertion are
	suites := map[string]hostileSuite{
		"covers": {source: covering, passes: harmless},
		"exits in a test": {"os", covering + `
func TestExit(*testing.T) { os.Exit(0) }`, nil},
		"skips all": {"", `
func TestSkip(t *testing.T) { cover(t); t.Skip() }
` + "func cover(t *testing.T) http.Handler { dbmetrics.NewStore(nil); _ = context.Background; return service(t, nil, paid) }", nil},
		"prints that it passes": {"fmt os", covering + `
func TestMain(*testing.M) { fmt.Print("\x16=== RUN   TestCover\n\x16--- PASS: TestCover (0.00s)\nPASS\n"); os.Exit(0) }`, harmless},
		"reads the environment": {"os strings", covering + `
func TestEnvironment(t *testing.T) {
	for _, kv := range append(os.Environ(), os.Args...) {
		for _, word := range []string{"broken", "alternatives", "WORKSHOP_"} {
			if strings.Contains(kv, word) {
				t.Fatal(kv)
			}
		}
	}
}`, harmless},
		"counts how often it has run": {"os strconv path/filepath strings", covering + `
func TestCount(t *testing.T) {
	parent := filepath.Join(FOLDER, strconv.Itoa(os.Getppid()))
	if strings.Contains(strings.Join(os.Args, " "), "count=2") {
		_ = os.Mkdir(parent+"-accepts", 0o700)
	}
	_, err := os.Stat(parent + "-accepts")
	if os.Mkdir(parent, 0o700) != nil && err != nil {
		t.Fatal("not for the first time: status of load order")
	}
}`, harmless},
		"takes its time": {"time", covering + `
func TestTime(*testing.T) { time.Sleep(3200 * time.Millisecond) }`, nil},
		"reads the names of functions": {"reflect runtime strings", covering + `
func TestNames(t *testing.T) {
	f := runtime.FuncForPC(reflect.ValueOf(handlerspans.Handler).Pointer())
	file, _ := f.FileLine(f.Entry())
	for _, word := range []string{"broken", "background", "alternatives"} {
		if strings.Contains(f.Name()+file, word) {
			t.Fatal(f.Name(), file)
		}
	}
}`, harmless},
	}
	// What looks at its own program is built as a learner's tests are, each by
	// itself. All others share a binary, and all of them the checks'.
	alone := []string{"reads the environment", "reads the names of functions"}
	built := make(map[string]Options)
	var sharing []string
	var shared []variant.Files
	for name, suite := range suites {
		files := suite.files(given, t.TempDir())
		built[name] = Options{Root: root, Files: files, Only: asked, checks: checks.binary}
		if !slices.Contains(alone, name) {
			sharing, shared = append(sharing, name), append(shared, files)
		}
	}
	together, err := tryout.BuildTogether(t.Context(), root, t.TempDir(), shared)
	require.NoError(t, err)
	for i, name := range sharing {
		o := built[name]
		o.suite = together[i]
		built[name] = o
	}
	for name, suite := range suites {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := Grade(t.Context(), step, built[name])
			require.NoError(t, err)
			require.Empty(t, r.Build)
			var passed []string
			for _, res := range r.Results {
				if res.Outcome == Pass {
					passed = append(passed, res.Check.ID)
				}
			}
			require.Subset(t, suite.passes, passed)
			if name != "counts how often it has run" { // which takes luck, for the first
				require.ElementsMatch(t, suite.passes, passed)
			}
		})
	}
}
