package web

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLessonsKeepTheirDetailsAndNothingElse(t *testing.T) {
	html := string(render("<details><summary>Hint 1</summary>\n\nLook `here`.\n\n</details>\n\n<script>alert(1)</script>\n\nA <b onclick=x>b</b> and <summary style=x>s</summary>."))
	require.Contains(t, html, "<details><summary>Hint 1</summary>")
	require.Contains(t, html, "</details>")
	require.Contains(t, html, "<code>here</code>")
	require.NotContains(t, html, "<script")
	require.NotContains(t, html, "<b ")
	require.NotContains(t, html, "<summary style")
}

func TestLinksLeadSomewhere(t *testing.T) {
	for to, want := range map[string]string{
		"../02-handler-spans/README.md#a": "/lesson/02-handler-spans#a",
		"steps/01-minimal":                "/lesson/01-minimal",
		"#here":                           "#here",
		"https://opentelemetry.io":        "https://opentelemetry.io",
		"../../docs/when-to-use.md":       "",
		"javascript:alert(1)":             "",
		"data:text/html,x":                "",
		"//evil.example/01-minimal":       "/lesson/01-minimal",
	} {
		got, ok := destination(to)
		require.Equal(t, want != "", ok, to)
		if ok {
			require.Equal(t, want, got)
		}
	}
	require.NotContains(t, string(render("[x](javascript:alert(1)) [y](../../docs/a.md)")), "<a")
}

// A check's link into the lesson has to find its heading.
func TestEachCheckHasItsPlaceInTheLesson(t *testing.T) {
	s := serve(t, checkout(t), nil)
	for _, step := range s.desk.Session().Steps {
		status, body, _ := get(t, s, "/lesson/"+step.Name)
		require.Equal(t, 200, status)
		for _, c := range step.Checks {
			require.Contains(t, body, `id="`+c.Anchor()+`"`)
		}
		require.Contains(t, body, "<details><summary>Hint 1</summary>")
	}
	status, _, _ := get(t, s, "/lesson/99-none")
	require.Equal(t, 404, status)
}

func TestEachMistakeHasItsPage(t *testing.T) {
	s := serve(t, checkout(t), nil)
	_, body, _ := get(t, s, "/mistakes")
	pages := regexp.MustCompile(`href="(/mistakes/[a-z0-9-]+)"`).FindAllStringSubmatch(body, -1)
	files, err := filepath.Glob(filepath.Join(s.desk.Session().Root(), "broken", "*", "*.diff"))
	require.NoError(t, err)
	starters, err := filepath.Glob(filepath.Join(s.desk.Session().Root(), "broken", "*", "starter.diff"))
	require.NoError(t, err)
	require.Len(t, pages, len(files)-len(starters))
	for _, p := range pages {
		status, body, _ := get(t, s, p[1])
		require.Equal(t, 200, status, p[1])
		require.Contains(t, body, "Caught by")
		require.Contains(t, body, "What the checker says of it")
		require.True(t, strings.Contains(body, `class="add"`) || strings.Contains(body, `class="del"`), p[1])
	}
	status, _, _ := get(t, s, "/mistakes/none-such")
	require.Equal(t, 404, status)
}

func TestVendoredFilesNameTheirVersions(t *testing.T) {
	readme, err := os.ReadFile("static/vendor/README.md")
	require.NoError(t, err)
	script, err := os.ReadFile("static/vendor/htmx.min.js")
	require.NoError(t, err)
	version := regexp.MustCompile(`version="([0-9.]+)"`).FindSubmatch(script)
	require.NotNil(t, version)
	require.Contains(t, string(readme), "| "+string(version[1])+" |")
	entries, err := os.ReadDir("static/vendor")
	require.NoError(t, err)
	for _, e := range entries {
		if e.Name() != "README.md" {
			require.Contains(t, string(readme), "`"+e.Name()+"`")
		}
	}
}
