package markdown

import (
	"bufio"
	"bytes"
	"html"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	renderhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// A piece is text in one style.
type piece struct {
	text  string
	style lipgloss.Style
}

// A word is pieces with no space between them: lines are broken between words.
// An empty word is a line break that the author has asked for.
type word []piece

// A writer splits text into words.
type writer struct {
	words []word
	glued bool   // the last word goes on
	link  string // where what is written leads, or ""
}

func (w *writer) write(text string, style lipgloss.Style) {
	if w.link != "" {
		style = style.Hyperlink(w.link)
	}
	for text != "" {
		i := strings.IndexAny(text, " \t\n")
		if i == 0 {
			w.glued = false
			text = text[1:]
			continue
		}
		if i < 0 {
			i = len(text)
		}
		if !w.glued {
			w.words = append(w.words, nil)
		}
		last := len(w.words) - 1
		w.words[last] = append(w.words[last], piece{text[:i], style})
		w.glued = true
		text = text[i:]
	}
}

func (w *writer) breakLine() {
	w.words = append(w.words, word{})
	w.glued = false
}

// words splits plain text.
func (r *renderer) words(text string) []word {
	var w writer
	w.write(text, lipgloss.NewStyle())
	return w.words
}

// inline returns the words of the text below n.
func (r *renderer) inline(n ast.Node) []word {
	var w writer
	r.write(&w, n, lipgloss.NewStyle())
	return w.words
}

func (r *renderer) write(w *writer, n ast.Node, style lipgloss.Style) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			w.write(literal(c.Value(r.source), c.IsRaw()), style)
			switch {
			case c.HardLineBreak():
				w.breakLine()
			case c.SoftLineBreak():
				w.glued = false
			}
		case *ast.String:
			w.write(literal(c.Value, c.IsRaw() || c.IsCode()), style)
		case *ast.CodeSpan:
			r.codeSpan(w, c, style)
		case *ast.Emphasis:
			s := r.styles.emphasis
			if c.Level > 1 {
				s = r.styles.strong
			}
			r.write(w, c, s.Inherit(style))
		case *east.Strikethrough:
			r.write(w, c, r.styles.strike.Inherit(style))
		case *ast.Link:
			r.link(w, c, style)
		case *ast.Image:
			before := len(w.words)
			r.write(w, c, style)
			r.address(w, string(c.Destination), textOf(w.words[before:]), style)
		case *ast.AutoLink:
			w.write(string(c.Label(r.source)), r.styles.address.Inherit(style))
		case *ast.RawHTML:
			if s := c.Segments.At(0); strings.HasPrefix(strings.ToLower(string(s.Value(r.source))), "<br") {
				w.breakLine()
			}
		default:
			r.write(w, c, style)
		}
	}
}

// codeSpan writes a code span; without color it keeps its backticks.
func (r *renderer) codeSpan(w *writer, n ast.Node, style lipgloss.Style) {
	var b bytes.Buffer
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Value(r.source))
		}
	}
	text := b.String()
	if !r.styles.color {
		text = "`" + text + "`"
	}
	w.write(text, r.styles.code.Inherit(style))
}

// link writes a link. With color, one that leads to the web is for the terminal
// to open, as browsers do, and its address takes no room; a terminal that opens
// none shows its text.
func (r *renderer) link(w *writer, n *ast.Link, style lipgloss.Style) {
	if address := util.URLEscape(n.Destination, true); r.styles.color && bytes.HasPrefix(address, []byte("https://")) {
		w.link = string(address)
		r.write(w, n, r.styles.link.Inherit(style))
		w.link = ""
		return
	}
	before := len(w.words)
	r.write(w, n, style)
	r.address(w, string(n.Destination), textOf(w.words[before:]), style)
}

// address writes where a link goes, unless its text says so or it goes to
// another place on the same page.
func (r *renderer) address(w *writer, address, text string, style lipgloss.Style) {
	if address == "" || address[0] == '#' || address == text {
		return
	}
	w.glued = false
	w.write("("+strings.ReplaceAll(address, " ", "%20")+")", r.styles.address.Inherit(style))
}

// literal returns text with its escapes and entities resolved.
func literal(value []byte, raw bool) string {
	if raw {
		return string(value)
	}
	var b bytes.Buffer
	buffered := bufio.NewWriter(&b)
	renderhtml.DefaultWriter.Write(buffered, value)
	_ = buffered.Flush() // a Buffer never fails
	return clean(html.UnescapeString(b.String()))
}

func textOf(words []word) string {
	var texts []string
	for _, w := range words {
		var b strings.Builder
		for _, p := range w {
			b.WriteString(p.text)
		}
		texts = append(texts, b.String())
	}
	return strings.Join(texts, " ")
}

// restyle adds a style to words.
func restyle(words []word, style lipgloss.Style) []word {
	for _, w := range words {
		for i := range w {
			w[i].style = w[i].style.Inherit(style)
		}
	}
	return words
}
