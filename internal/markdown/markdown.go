// Package markdown draws Markdown for a terminal: lessons and hints, as they
// read on GitHub, as far as letters can.
package markdown

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// minWidth is the narrowest that anything is drawn; what is nested deeper than
// fits loses its indentation.
const minWidth = 20

var parser = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough)).Parser()

// Render draws src in lines of at most width columns (20 at least) and returns
// it without a newline at its end. Without color there is no escape sequence in
// it, and what colors would tell is told by letters. HTML is dropped but for its
// text; the summary of a <details> block becomes a heading above its content.
func Render(src string, width int, color bool) string {
	source := []byte(clean(src))
	r := renderer{source: source, styles: plainStyles()}
	if color {
		r.styles = colorStyles()
	}
	lines := r.blocks(parser.Parse(text.NewReader(source)), max(width, minWidth))
	return strings.Join(lines, "\n")
}

// clean drops control characters, which have no place in a lesson and would
// reach the terminal.
func clean(src string) string {
	src = strings.ReplaceAll(strings.ToValidUTF8(src, "\ufffd"), "\r\n", "\n")
	return strings.Map(func(c rune) rune {
		if c != '\n' && c != '\t' && (c < ' ' || c >= 0x7f && c <= 0x9f) {
			return -1
		}
		return c
	}, src)
}

// A renderer draws one document.
type renderer struct {
	source []byte
	styles styles
}

// Styles are how the parts of a document look. Without color all are plain, and
// code spans keep their backticks.
type styles struct {
	color                                   bool
	heading, strong, emphasis, strike, code lipgloss.Style
	link, address, gutter                   lipgloss.Style
}

func plainStyles() styles { return styles{} }

// colorStyles uses the terminal's own sixteen colors only, which are readable
// on light and on dark.
func colorStyles() styles {
	s := lipgloss.NewStyle()
	return styles{
		color:    true,
		heading:  s.Bold(true),
		strong:   s.Bold(true),
		emphasis: s.Italic(true),
		strike:   s.Strikethrough(true),
		code:     s.Foreground(lipgloss.Yellow),
		link:     s.Foreground(lipgloss.Cyan),
		address:  s.Faint(true),
		gutter:   s.Faint(true),
	}
}

// blocks draws the blocks below n, with a blank line between them.
func (r *renderer) blocks(n ast.Node, width int) []string {
	var lines []string
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		block := r.block(c, width)
		if len(block) == 0 {
			continue
		}
		if len(lines) > 0 && !tight(c) {
			lines = append(lines, "")
		}
		lines = append(lines, block...)
	}
	return lines
}

// tight reports whether n follows the block before it without a blank line, as
// the items of a tight list and the list below an item's text do.
func tight(n ast.Node) bool {
	switch p := n.Parent().(type) {
	case *ast.List:
		return p.IsTight
	case *ast.ListItem:
		list, ok := p.Parent().(*ast.List)
		return ok && list.IsTight
	}
	return false
}
