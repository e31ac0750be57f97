package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	tables "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"otel.workshop/internal/finding"
	"otel.workshop/internal/grader"
)

const base = "https://github.com/me/workshop/blob/1f2e3d/"

func TestMarkdown(t *testing.T) {
	for name, tt := range map[string]struct {
		base    string
		reports []grader.Report
	}{
		"all":              {base, []grader.Report{all()}},
		"does-not-compile": {base, []grader.Report{broken()}},
		"passed":           {"", []grader.Report{report(pass, offered(pass)), report()}},
		"core-passed":      {"", []grader.Report{report(pass, offered(fail))}},
	} {
		t.Run(name, func(t *testing.T) {
			var b, again strings.Builder
			require.NoError(t, Markdown(&b, tt.base, tt.reports...))
			golden(t, "markdown-"+name, b.String())

			for i := range tt.reports {
				tt.reports[i].Duration *= 3
				for j := range tt.reports[i].Results {
					tt.reports[i].Results[j].Duration *= 3
				}
			}
			require.NoError(t, Markdown(&again, tt.base, tt.reports...))
			require.Equal(t, b.String(), again.String(), "it depends on how long something took")
		})
	}
	require.EqualError(t, Markdown(full{}, "", all()), "disk full")
}

// What a learner's program says stays text: it ends no fence, adds no row, and
// becomes no link.
func TestNothingBreaksOutOfMarkdown(t *testing.T) {
	for _, evil := range []string{
		"```\n# pwned\n", "````text\n`````\n", "~~~\n", "a | b\n| c | d |", `\| \`, "`", "`` ` ```", "\\`", "` |",
		"<script>alert(1)</script>", "</td></table>", "<!-- ", "[here](https://evil.example)", "![](https://evil.example/x.png)",
		"https://evil.example www.evil.example me@evil.example", "\r```\r", "\u2028```\u2028", "\x00```", "> ```\n- ```\n", "&lt;b&gt;", "*a* _b_ ~~c~~",
	} {
		said := grader.Result{Check: fail.Check, Outcome: grader.Crashed, Summary: evil, Stack: evil, Output: evil}
		found := grader.Result{Check: fail.Check, Outcome: grader.Fail, Known: evil, Finding: &finding.Finding{Want: evil, Got: evil, Cause: evil, File: evil, Line: 1}}
		unbuilt := broken()
		unbuilt.Build = evil
		for _, r := range []grader.Report{report(said, pass), report(found, said), report(blockedBy(evil), said), unbuilt} {
			var b strings.Builder
			require.NoError(t, Markdown(&b, base, r))
			seen, rows, links := outline(b.String())
			want := []ast.NodeKind{ast.KindHeading, ast.KindParagraph, tables.KindTable, ast.KindParagraph, ast.KindFencedCodeBlock}
			require.Equal(t, want, seen, "%q:\n%s", evil, b.String())
			for _, to := range links {
				require.True(t, strings.HasPrefix(to, base+"steps/02-handler-spans/README.md#"), "%q leads to %s", evil, to)
			}
			require.Equal(t, len(r.Results), rows, "%q:\n%s", evil, b.String())
		}
	}
}

func blockedBy(id string) grader.Result {
	r := blocked
	r.BlockedBy = id
	return r
}

// outline parses a text as GitHub does, and returns the kinds of its blocks, how
// many rows of three its tables have, and where its links lead. Whatever else
// could lead out of the text counts as a link.
func outline(markdown string) (blocks []ast.NodeKind, rows int, links []string) {
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader([]byte(markdown)))
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		blocks = append(blocks, n.Kind())
	}
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *tables.TableRow:
			if n.ChildCount() == 3 {
				rows++
			}
		case *ast.Link:
			links = append(links, string(n.Destination))
		case *ast.AutoLink, *ast.Image, *ast.RawHTML, *ast.HTMLBlock:
			links = append(links, n.Kind().String())
		}
		return ast.WalkContinue, nil
	})
	return blocks, rows, links
}
