package markdown

import (
	"fmt"
	"html"
	"regexp"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"otel.workshop/internal/report/hang"
)

// block draws one block.
func (r *renderer) block(n ast.Node, width int) []string {
	switch n := n.(type) {
	case *ast.Heading:
		return r.heading(r.inline(n), n.Level, width)
	case *ast.Paragraph, *ast.TextBlock:
		return r.wrap(r.inline(n), width)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		return r.code(n, width)
	case *ast.Blockquote:
		return r.indent("│ ", "│ ", width, func(width int) []string { return r.blocks(n, width) })
	case *ast.List:
		return r.list(n, width)
	case *ast.ThematicBreak:
		return []string{r.styles.gutter.Render(strings.Repeat("─", width))}
	case *ast.HTMLBlock:
		return r.html(n, width)
	case *east.Table:
		return r.table(n, width)
	case *ast.LinkReferenceDefinition:
		return nil
	}
	return r.blocks(n, width)
}

// heading draws a heading. Without color, the upper levels are underlined and
// the lower ones marked.
func (r *renderer) heading(words []word, level, width int) []string {
	if r.styles.color {
		return r.wrap(restyle(words, r.styles.heading), width)
	}
	if level > 2 {
		return r.indent("▸ ", "  ", width, func(width int) []string { return r.wrap(words, width) })
	}
	lines := r.wrap(words, width)
	longest := 0
	for _, l := range lines {
		longest = max(longest, lipgloss.Width(l))
	}
	return append(lines, strings.Repeat([]string{"═", "─"}[level-1], longest))
}

// code draws a code block behind a gutter, its lines folded at spaces where they
// are too long.
func (r *renderer) code(n ast.Node, width int) []string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		b.Write(segment.Value(r.source))
	}
	gutter := "  " + r.styles.gutter.Render("│") + " "
	var lines []string
	for line := range strings.SplitSeq(strings.TrimRight(b.String(), "\n"), "\n") {
		for _, l := range hang.Code(strings.ReplaceAll(line, "\t", "    "), width-lipgloss.Width(gutter)) {
			lines = append(lines, strings.TrimRight(gutter+l, " "))
		}
	}
	return lines
}

func (r *renderer) list(n *ast.List, width int) []string {
	number := n.Start
	var lines []string
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		marker := "• "
		if n.IsOrdered() {
			marker = fmt.Sprintf("%d. ", number)
			number++
		}
		if len(lines) > 0 && !n.IsTight {
			lines = append(lines, "")
		}
		rest := strings.Repeat(" ", lipgloss.Width(marker))
		item := r.indent(marker, rest, width, func(width int) []string {
			if content := r.blocks(c, width); len(content) > 0 {
				return content
			}
			return []string{""}
		})
		lines = append(lines, item...)
	}
	return lines
}

// indent draws something with first before its first line and rest before the
// others. Where too little width would be left, the others get nothing.
func (r *renderer) indent(first, rest string, width int, draw func(width int) []string) []string {
	inner := width - lipgloss.Width(first)
	if inner < minWidth/2 {
		return draw(width)
	}
	lines := draw(inner)
	for i, line := range lines {
		prefix := rest
		if i == 0 {
			prefix = first
		}
		if strings.TrimSpace(prefix) != "" {
			prefix = r.styles.gutter.Render(strings.TrimRight(prefix, " ")) + prefix[len(strings.TrimRight(prefix, " ")):]
		}
		lines[i] = strings.TrimRight(prefix+line, " ")
	}
	return lines
}

var (
	summary = regexp.MustCompile(`(?is)<summary>(.*?)</summary>`)
	tag     = regexp.MustCompile(`(?s)<!--.*?-->|</?[A-Za-z][^>]*>`)
)

// html draws what an HTML block says, the summary of a <details> as a heading.
func (r *renderer) html(n *ast.HTMLBlock, width int) []string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		b.Write(segment.Value(r.source))
	}
	if n.HasClosure() {
		b.Write(n.ClosureLine.Value(r.source))
	}
	source := b.String()
	var lines []string
	add := func(block []string) {
		if len(block) > 0 && len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, block...)
	}
	for source != "" {
		before, title, after := source, "", ""
		if m := summary.FindStringSubmatchIndex(source); m != nil {
			before, title, after = source[:m[0]], source[m[2]:m[3]], source[m[1]:]
		}
		add(r.wrap(r.words(stripTags(before)), width))
		if title = stripTags(title); title != "" {
			add(r.heading(r.words(title), 6, width))
		}
		source = after
	}
	return lines
}

func stripTags(s string) string {
	return strings.TrimSpace(html.UnescapeString(tag.ReplaceAllString(s, "")))
}
