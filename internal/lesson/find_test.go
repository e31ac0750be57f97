package lesson

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func check(step, number, id string) Check { return Check{Step: step, Number: number, ID: id} }

var syllabus = []Step{
	{Number: 1, Name: "01-minimal", Title: "The smallest setup", Checks: []Check{
		check("01-minimal", "1.1", "requests-traced"),
		check("01-minimal", "1.2", "service-name"),
		check("01-minimal", "1.3", "metrics-every-10s"),
		check("01-minimal", "1.4", "go-conventions"),
	}},
	{Number: 2, Name: "02-handler-spans", Checks: []Check{
		check("02-handler-spans", "2.1", "child-span"),
		check("02-handler-spans", "2.2", "go-conventions"),
	}},
}

func TestFind(t *testing.T) {
	for query, want := range map[string]string{
		"1": "01-minimal", "01": "01-minimal", "01-minimal": "01-minimal", "minimal": "01-minimal",
		"steps/01-minimal/": "01-minimal", `.\steps\01-minimal`: "01-minimal", "Minimal": "01-minimal",
		"2": "02-handler-spans", "handler-spans": "02-handler-spans",
		"service-name": "01/service-name", "01/service-name": "01/service-name", " Service-Name ": "01/service-name",
		"1/service-name": "01/service-name", "minimal/service-name": "01/service-name",
		"01-minimal/service-name": "01/service-name",
		"1.2":                     "01/service-name", "01/1.2": "01/service-name", "2.1": "02/child-span",
		"02/go-conventions": "02/go-conventions",
	} {
		t.Run(query, func(t *testing.T) {
			step, check, err := Find(syllabus, query)
			require.NoError(t, err)
			got := step.Name
			if check != nil {
				require.Equal(t, step.Name, check.Step)
				got = check.FullID()
			}
			require.Equal(t, want, got)
		})
	}
}

func TestFindOffersTheNearest(t *testing.T) {
	for query, want := range map[string]string{
		"servise-name": "01/service-name", "01/servicename": "01/service-name", "metrics": "01/metrics-every-10s",
		"minmal": "01-minimal", "02/chld-span": "02/child-span", "handler": "02-handler-spans",
		"9": "", "": "", "/": "", "02/service-name": "", "01/": "", "xyzzy": "", "1.20": "",
	} {
		t.Run(query, func(t *testing.T) {
			_, _, err := Find(syllabus, query)
			var e *QueryError
			if query == "01/" { // a step, completed by a shell
				require.NoError(t, err)
				return
			}
			require.ErrorAs(t, err, &e)
			if query == "02/service-name" { // right check, wrong step
				want = "01/service-name"
			}
			require.Equal(t, want, e.Nearest)
			require.Empty(t, e.Matches)
		})
	}
}

func TestQueryError(t *testing.T) {
	_, _, err := Find(syllabus, "servise-name")
	require.EqualError(t, err, `no step or check is called "servise-name": did you mean 01/service-name?
The steps are: 01-minimal, 02-handler-spans
01-minimal has: requests-traced, service-name, metrics-every-10s,
  go-conventions
go run . list has all of them.`)
	_, _, err = FindAt(syllabus, "xyzzy", "02-handler-spans")
	require.ErrorContains(t, err, "\n02-handler-spans has: child-span, go-conventions\n")
	_, _, err = FindAt(syllabus, "1/xyzzy", "02-handler-spans")
	require.ErrorContains(t, err, "\n01-minimal has: requests-traced,")
	long := Step{Number: 3, Name: "03-long"}
	for range 30 {
		long.Checks = append(long.Checks, check("03-long", "3.1", "a-check-of-many"))
	}
	_, _, err = FindAt([]Step{long}, "xyzzy", "03-long")
	for line := range strings.Lines(err.Error()) {
		require.LessOrEqual(t, len(line), 80)
	}
	_, _, err = Find(syllabus, "go-conventions")
	require.EqualError(t, err, `"go-conventions" names more than one thing: say 01/go-conventions or 02/go-conventions`)
	_, found, err := FindAt(syllabus, "go-conventions", "02-handler-spans")
	require.NoError(t, err)
	require.Equal(t, "02/go-conventions", found.FullID(), "where they are")
	_, _, err = FindAt(syllabus, "go-conventions", "03-long")
	require.ErrorContains(t, err, "names more than one thing")
}

func TestNames(t *testing.T) {
	c := Check{Step: "01-minimal", ID: "metrics-every-10s", Number: "1.5", Title: "Push metrics every ten seconds"}
	require.Equal(t, "TestMetricsEvery10s", c.TestName())
	require.Equal(t, "01/metrics-every-10s", c.FullID())
	require.Equal(t, "15-push-metrics-every-ten-seconds--metrics-every-10s", c.Anchor())
	require.Equal(t, "steps/01-minimal/README.md#15-push-metrics-every-ten-seconds--metrics-every-10s", c.Lesson())
	c = Check{ID: "tls-from-environment", Number: "1.10", Title: "Don't break `https`: it's_all Ü", Further: true}
	require.Equal(t, "TestTlsFromEnvironment", c.TestName())
	require.Equal(t, "110-dont-break-https-its_all-ü--tls-from-environment--further", c.Anchor())
}

func TestLoad(t *testing.T) {
	root := t.TempDir()
	write := func(path, text string) {
		path = filepath.Join(root, filepath.FromSlash(path))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	_, err := Load(root)
	require.ErrorContains(t, err, "git restore steps brings them back")

	write("steps/README.md", "not a step")
	_, err = Load(root)
	require.ErrorContains(t, err, "no steps/NN-name/README.md in "+root)

	write("steps/02-two/README.md", strings.NewReplacer("# 01", "# 02", "1.1", "2.1", "1.2", "2.2").Replace(example))
	write("steps/01-one/README.md", example)
	write("steps/03-three/three.go", "package three")
	steps, err := Load(root)
	require.NoError(t, err)
	require.Len(t, steps, 2)
	require.Equal(t, "01-one", steps[0].Name)
	require.Equal(t, "02-two", steps[1].Name)

	write("steps/02-again/README.md", strings.NewReplacer("# 01", "# 02", "1.1", "2.1", "1.2", "2.2").Replace(example))
	_, err = Load(root)
	require.EqualError(t, err, "steps/02-again and steps/02-two have the same number")

	write("steps/02-again/README.md", "")
	write("steps/04-four/README.md", "# 03 · x")
	_, err = Load(root)
	require.ErrorContains(t, err, "steps/02-again/README.md:1:")
	require.ErrorContains(t, err, "steps/04-four/README.md:1:")
}
