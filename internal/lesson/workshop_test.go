package lesson_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/waterfall"
	"otel.workshop/internal/waterfall/canned"
)

const root = "../.."

func load(t *testing.T) []lesson.Step {
	steps, err := lesson.Load(root)
	require.NoError(t, err)
	require.NotEmpty(t, steps)
	return steps
}

// Lessons and checks match one to one: a heading's id is a test's name, and
// its rule is that test's doc comment.
func TestLessonsMatchChecks(t *testing.T) {
	for _, step := range load(t) {
		rules := make(map[string]string)
		files, err := filepath.Glob(filepath.Join(root, "checker", step.Name, "*_test.go"))
		require.NoError(t, err)
		for _, name := range files {
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
			require.NoError(t, err)
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(fn.Name.Name, "Test") && fn.Name.Name != "TestMain" {
					rules[fn.Name.Name] = strings.Join(strings.Fields(fn.Doc.Text()), " ")
				}
			}
		}
		for _, c := range step.Checks {
			rule, ok := rules[c.TestName()]
			require.True(t, ok, "%s has no %s in checker/%s", c.FullID(), c.TestName(), step.Name)
			require.Equal(t, strings.ReplaceAll(c.Rule, "`", ""), rule, "the rule of %s and the doc comment of %s", c.FullID(), c.TestName())
			delete(rules, c.TestName())
		}
		require.Empty(t, rules, "checks without a heading in %s", step.File())
	}
}

// Every block of Go in a lesson stands, line by line, in the step's solution:
// what a learner is shown has been compiled and graded.
func TestLessonsShowCompiledCode(t *testing.T) {
	for _, step := range load(t) {
		solution := ""
		files, err := filepath.Glob(filepath.Join(root, "solutions", step.Name, "*.go"))
		require.NoError(t, err)
		for _, name := range files {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			solution += string(data)
		}
		solution = strings.ReplaceAll(solution, "\r\n", "\n")
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(step.File())))
		require.NoError(t, err)
		blocks := goBlock.FindAllStringSubmatch(strings.ReplaceAll(string(text), "\r\n", "\n"), -1)
		require.NotEmpty(t, blocks)
		for _, block := range blocks {
			require.True(t, strings.Contains(solution, block[1]), "%s shows Go that is not in solutions/%s:\n%s", step.File(), step.Name, block[1])
		}
	}
}

var goBlock = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")

// The waterfalls in the lessons are drawn by the program that draws the
// learner's own.
func TestTheStoryIsDrawn(t *testing.T) {
	dark := slices.DeleteFunc(canned.SlowDatabase(), func(s waterfall.Span) bool { return s.Name == "db.query" })
	for _, picture := range []struct {
		file  string
		spans []waterfall.Span
	}{
		{"README.md", canned.TwoSeconds()},
		{"steps/01-minimal/README.md", canned.TwoSeconds()},
		{"steps/02-handler-spans/README.md", canned.TwoSeconds()[:1]},
		{"steps/02-handler-spans/README.md", canned.TwoSeconds()},
		{"steps/03-db-metrics/README.md", dark},
		{"steps/03-db-metrics/README.md", canned.SlowDatabase()},
		{"steps/04-failure-modes/README.md", canned.Background()},
	} {
		text, err := os.ReadFile(filepath.Join(root, picture.file))
		require.NoError(t, err)
		var b strings.Builder
		require.NoError(t, waterfall.Text(&b, waterfall.Layout(picture.spans)[0], waterfall.Options{Width: 80}))
		shown := strings.ReplaceAll(string(text), "\r\n", "\n")
		require.True(t, strings.Contains(shown, "```text\n"+b.String()+"```\n"), "%s shows another picture than the program, which draws\n%s", picture.file, b.String())
	}
}
