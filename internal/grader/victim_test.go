package grader

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/lesson"
)

// The victim is a workshop in small: one step, three checks, and the real
// recorder and receipt. What a learner might do to it is up to each test.

var victimStep = lesson.Step{Number: 1, Name: "01-victim", Checks: []lesson.Check{
	{Step: "01-victim", ID: "first", Number: "1.1"},
	{Step: "01-victim", ID: "second", Number: "1.2"},
	{Step: "01-victim", ID: "third", Number: "1.3", Further: true},
}}

const victimChecks = `package victim_test

import (
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	victim "otel.workshop/steps/01-victim"
)

func TestMain(m *testing.M) { recorder.Main(m, nil) }

func TestFirst(t *testing.T) {
	if victim.First() != 1 {
		recorder.Fail(t, recorder.At(victim.First, finding.Finding{Want: "1", Got: "another number"}))
	}
}

func TestSecond(t *testing.T) {
	if victim.Second() != 2 {
		recorder.Needs(t, "first")
		recorder.Fail(t, finding.Finding{Want: "2", Got: "another number"})
	}
}

func TestThird(t *testing.T) {
	if victim.Third() != 3 {
		t.Skip("there is no three on this machine")
	}
}
`

const victimRight = `package victim

func First() int  { return 1 }
func Second() int { return 2 }
func Third() int  { return 3 }
`

// victimRoot makes the small workshop, once for all tests.
var victimRoot = sync.OnceValues(func() (string, error) {
	root, err := os.MkdirTemp("", "victim-")
	if err != nil {
		return "", err
	}
	for _, dir := range []string{"checker/otlpjson", "checker/recorder", "checker/internal", "internal/dying", "internal/finding", "internal/stray", "internal/waterfall"} {
		if err := os.CopyFS(filepath.Join(root, dir), os.DirFS(filepath.Join("../..", dir))); err != nil {
			return "", err
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(root, name), data, 0o666); err != nil {
			return "", err
		}
	}
	for name, content := range map[string]string{
		"steps/01-victim/victim.go":        victimRight,
		"solutions/01-victim/victim.go":    victimRight,
		"checker/01-victim/victim_test.go": victimChecks,
	} {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return "", err
		}
		if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
			return "", err
		}
	}
	return root, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if root, err := victimRoot(); err == nil {
		removeBuild(filepath.Join(root, "hostile"))
		_ = os.RemoveAll(root) // in the temporary folder
	}
	os.Exit(code)
}

// gradeVictim grades the victim with this source in the place of its own.
func gradeVictim(t *testing.T, source string, o Options) Report {
	t.Helper()
	root, err := victimRoot()
	require.NoError(t, err)
	o.Root = root
	if source != "" {
		o.Files = map[string][]byte{"victim.go": []byte(source)}
	}
	if o.Limit == 0 {
		o.Limit = 8 * time.Second
	}
	r, err := Grade(t.Context(), victimStep, o)
	require.NoError(t, err)
	return r
}

// outcomes lists the outcomes of a report in the order of its checks.
func outcomes(r Report) string {
	var all []string
	for _, res := range r.Results {
		all = append(all, string(res.Outcome))
	}
	return strings.Join(all, ", ")
}
