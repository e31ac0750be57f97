// Package internal_test holds the arrows of the map in README.md: who may
// import whom, and why not.
package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "otel.workshop/"

// A rule says which of this module's packages those below from must not import.
// "checker" is that folder and all below it, "checker/" only what is below.
type rule struct {
	from   string
	except []string // folders below from that may; "checker/0" are the packages of checks
	not    []string // folders; "" is the whole module
	but    []string // folders below not that are allowed
	tests  bool     // whether the rule holds for test files too
	why    string
}

var rules = []rule{
	{from: "", except: []string{"checker/0", "steps"}, not: []string{"steps"}, tests: true,
		why: "a step that does not compile must stop nothing but its own checks"},
	{from: "steps", not: []string{"internal", "checker", "broken"}, tests: true,
		why: "a step is a service like any other: it can be copied out of the workshop"},
	{from: "solutions/", except: []string{"solutions/01-minimal/alternatives", "solutions/02-handler-spans/alternatives", "solutions/03-db-metrics/alternatives", "solutions/04-failure-modes/alternatives", "solutions/05-own-tests/alternatives"}, not: []string{"internal", "checker", "broken", "steps"}, tests: true,
		why: "a solution is a service like any other: it can be copied out of the workshop"},
	{from: "checker/", not: []string{"internal", "solutions", "broken"}, tests: true,
		but: []string{"internal/finding", "internal/waterfall", "internal/collector/probe", "internal/stray", "internal/nearest", "internal/dying", "internal/gcflags", "internal/trial",
			"solutions/01-minimal", "solutions/02-handler-spans", "solutions/03-db-metrics"}, // on which steps 3, 4 and 5 stand
		why: "whatever the checks link is linked again after every save"},
	{from: "checker/internal/receipt", not: []string{""}, tests: true,
		why: "the receipt has to be initialised before anything that a learner wrote"},
	{from: "internal/finding", not: []string{""},
		why: "it is shared by the checks' processes and the workshop's: a leaf"},
	{from: "internal/collector/probe", not: []string{""},
		why: "it is shared by the checks' processes and the workshop's: a leaf"},
	{from: "internal/lesson", not: []string{""}, but: []string{"internal/nearest", "internal/regular"},
		why: "the syllabus depends on nobody"},
	{from: "internal/waterfall", not: []string{""}, but: []string{"internal/waterfall"},
		why: "the checks draw with it too: a leaf"},
	{from: "internal/grader", not: []string{"internal", "checker"}, but: []string{"internal/compiler", "internal/dying", "internal/finding", "internal/gcflags", "internal/lesson", "internal/linked", "internal/regular", "internal/scratch", "internal/stray", "internal/trial", "internal/tryout", "internal/variant", "internal/winjob"},
		why: "the grader returns values: whoever draws them imports it, not the other way round"},
	{from: "internal/collector", not: []string{"internal"}, but: []string{"internal/collector", "internal/loopback", "internal/proxy/gate", "internal/waterfall"},
		why: "the collector serves any OpenTelemetry program and knows nothing of the workshop"},
	{from: "internal/forward", not: []string{""}, but: []string{"internal/bell"},
		why: "whoever receives may forward: a leaf"},
	{from: "internal/dying", not: []string{""},
		why: "the checks and their grader both wait for processes: a leaf"},
	{from: "internal/room/wire", not: []string{""},
		why: "what a workshop tells a room is said in one place: a leaf"},
	{from: "internal/room", except: []string{"internal/room/member"}, not: []string{"internal"},
		but: []string{"internal/room", "internal/bell", "internal/collector", "internal/lesson", "internal/regular", "internal/workspace"},
		why: "a room keeps what it is told: whoever draws it, or takes part, imports it"},
	{from: "internal/trial", not: []string{""},
		why: "the checks of step 5 link it: a leaf"},
	{from: "internal/gcflags", not: []string{""},
		why: "whoever compiles says the same: a leaf"},
	{from: "internal", except: []string{"internal/database", "internal/command", "internal/doctor"}, not: []string{"internal/launch"},
		why: "what is built for a start is built in one place"},
	{from: "internal/launch", not: []string{""}, but: []string{"internal/gcflags"},
		why: "it is there before anything else is compiled: the standard library is all it needs"},
	{from: "internal/pack", not: []string{""}, but: []string{"internal/pack"},
		why: "it unpacks modules where there are none: a leaf, on the standard library alone"},
	{from: "internal/regular", not: []string{""},
		why: "everybody reads files: a leaf"},
	{from: "internal/compiler", not: []string{""},
		why: "grader and shop both say what a compiler's message means: a leaf"},
	{from: "internal/loopback", not: []string{""},
		why: "who may send requests is a question of its own: a leaf"},
	{from: "internal/desk", not: []string{"internal/terminal", "internal/web"},
		why: "terminal and page look at one desk; it knows neither"},
	{from: "internal/room/wire", not: []string{""},
		why: "what is told a room can be read in one place: a leaf"},
	{from: "internal/room/member", not: []string{"internal"}, but: []string{"internal/desk", "internal/grader", "internal/lesson", "internal/regular", "internal/room/wire", "internal/session", "internal/workspace"},
		why: "what reports from a desk knows nobody who shows it, and no room"},
	{from: "internal", except: []string{"internal/command", "internal/room/member"}, not: []string{"internal/room/member"},
		why: "a workshop reports when a learner has said so, to a command"},
	{from: "internal/terminal", not: []string{"internal/web"},
		why: "terminal and page are two views of one desk"},
	{from: "internal/web", not: []string{"internal/terminal"},
		why: "terminal and page are two views of one desk"},
	{from: "internal/postgres", not: []string{""}, but: []string{"internal/postgres"},
		why: "the database serves any client and knows nothing of the workshop"},
	{from: "", except: []string{"internal/postgres"}, not: []string{"internal/postgres"},
		why: "whatever links SQLite waits until that is compiled: package database starts the program that does"},
	{from: "internal/database", not: []string{""}, but: []string{"internal/launch"},
		why: "which database it is, is a question of its own"},
	{from: "", not: []string{"internal/postgres/realpg"},
		why: "only tests start a real PostgreSQL"},
	{from: "internal/proxy", not: []string{""}, but: []string{"internal/proxy"},
		why: "a proxy knows neither end"},
	{from: "internal/demo", not: []string{"internal", "checker"}, tests: true,
		but: []string{"internal/demo", "internal/collector", "internal/nearest", "internal/proxy", "internal/shop", "internal/variant", "internal/waterfall"},
		why: "a demo returns values: whoever draws them imports it, not the other way round"},
	{from: "internal/payments", not: []string{""}, but: []string{"internal/proxy/gate"},
		why: "the payment API is somebody else's service"},
	{from: "internal", except: []string{"internal/command"}, not: []string{"internal/command"},
		why: "commands sit on top"},
}

func TestImports(t *testing.T) {
	err := filepath.WalkDir("..", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name == "testdata" || name != ".." && strings.HasPrefix(name, ".") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(file, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			// A learner's file may be half written; it is none of our business here.
			if strings.Contains(filepath.ToSlash(file), "/steps/") {
				return nil
			}
			return err
		}
		from := strings.TrimPrefix(path.Dir(filepath.ToSlash(file)), "..")
		from = strings.TrimPrefix(from, "/")
		for _, spec := range parsed.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			to, ours := strings.CutPrefix(to, module)
			if !ours {
				continue
			}
			for _, r := range rules {
				if r.forbids(from, to, strings.HasSuffix(file, "_test.go")) {
					t.Errorf("%s imports %s: %s", file, to, r.why)
				}
			}
		}
		return nil
	})
	require.NoError(t, err)
}

// The rules themselves can fail.
func TestRulesForbid(t *testing.T) {
	for _, bad := range []struct{ from, to string }{
		{"internal/grader", "steps/01-minimal"},
		{"checker", "steps/01-minimal"},
		{"checker/recorder", "internal/collector"},
		{"solutions/02-handler-spans", "internal/payments"},
		{"internal/waterfall", "internal/collector"},
		{"internal/grader", "internal/report"},
		{"internal/terminal", "internal/command"},
		{"checker/internal/receipt", "internal/finding"},
		{"checker/01-minimal", "internal/collector"},
	} {
		forbidden := false
		for _, r := range rules {
			forbidden = forbidden || r.forbids(bad.from, bad.to, true) || r.forbids(bad.from, bad.to, false)
		}
		require.True(t, forbidden, "%s → %s", bad.from, bad.to)
	}
	for _, good := range []struct{ from, to string }{
		{"checker/01-minimal", "steps/01-minimal"},
		{"steps/02-handler-spans/shop", "solutions/01-minimal"},
		{"steps/01-minimal/shop", "steps/01-minimal"},
		{"checker/recorder", "internal/finding"},
		{"internal/terminal", "internal/grader"},
		{"checker", "internal/grader"},
	} {
		for _, r := range rules {
			require.False(t, r.forbids(good.from, good.to, true), "%s → %s: %s", good.from, good.to, r.why)
		}
	}
}

func (r rule) forbids(from, to string, test bool) bool {
	if test && !r.tests || !below(from, r.from) || anyAbove(r.except, from) {
		return false
	}
	return anyAbove(r.not, to) && !anyAbove(r.but, to)
}

func anyAbove(folders []string, name string) bool {
	for _, f := range folders {
		if below(name, f) || strings.HasSuffix(f, "/0") && strings.HasPrefix(name, f) {
			return true
		}
	}
	return false
}

// below reports whether name is folder or lies in it.
func below(name, folder string) bool {
	return folder == "" || name == folder || strings.HasPrefix(name, strings.TrimSuffix(folder, "/")+"/")
}
