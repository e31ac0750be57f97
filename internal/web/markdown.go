package web

import (
	"bytes"
	"html"
	"html/template"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

var markdown = goldmark.New(
	goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify),
	goldmark.WithParserOptions(
		parser.WithAutoHeadingID(),
		parser.WithASTTransformers(util.Prioritized(links{}, 100)),
	),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(details{}, 100))),
)

// render makes HTML of Markdown. Of the HTML in it only <details> remains,
// which the lessons keep their hints in; all other is shown as it was written.
func render(markdownText string) template.HTML {
	var b bytes.Buffer
	if err := markdown.Convert([]byte(markdownText), &b); err != nil {
		return template.HTML("<pre>" + html.EscapeString(markdownText) + "</pre>")
	}
	return template.HTML(scrollable.Replace(b.String()))
}

// Pictures of columns, and tables, may be wider than the page: they have to be
// reached by keyboard, to be scrolled. Tags that the text is about are escaped,
// and not among these.
var scrollable = strings.NewReplacer(
	"<pre>", `<pre tabindex="0">`,
	"<table>", `<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>`,
	"</table>", "</table></div>",
)

// inline is render for a sentence, without the paragraph around it.
func inline(sentence string) template.HTML {
	text := strings.TrimSpace(string(render(sentence)))
	return template.HTML(strings.TrimSuffix(strings.TrimPrefix(text, "<p>"), "</p>"))
}

// links keeps those links that lead somewhere from here: to a lesson, which is
// served beside this one, to a place on this page, or into the world.
type links struct{}

func (links) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	var dead []*ast.Link
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // ours returns no error
		link, ok := n.(*ast.Link)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		to, ok := destination(string(link.Destination))
		if !ok {
			dead = append(dead, link)
			return ast.WalkContinue, nil
		}
		link.Destination = []byte(to)
		return ast.WalkContinue, nil
	})
	for _, link := range dead {
		parent := link.Parent()
		for child := link.FirstChild(); child != nil; child = link.FirstChild() {
			parent.InsertBefore(parent, link, child)
		}
		parent.RemoveChild(parent, link)
	}
}

var lessonFile = regexp.MustCompile(`([0-9]{2}-[a-z0-9-]+)(/README\.md)?$`)

// destination returns where a link of a lesson leads on the page, and false
// when that is nowhere: other files are in the reader's editor.
func destination(to string) (string, bool) {
	u, err := url.Parse(to)
	switch {
	case err != nil:
		return "", false
	case u.Scheme == "http" || u.Scheme == "https":
		return to, true
	case u.Path == "":
		return to, u.Fragment != ""
	}
	m := lessonFile.FindStringSubmatch(path.Clean(u.Path))
	if m == nil || u.Scheme != "" {
		return "", false
	}
	to = "/lesson/" + m[1]
	if u.Fragment != "" {
		to += "#" + u.Fragment
	}
	return to, true
}

// details renders raw HTML: the tags of <details> as they are, the rest as
// text.
type details struct{}

func (d details) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindHTMLBlock, d.block)
	r.Register(ast.KindRawHTML, d.inline)
}

var allowed = regexp.MustCompile(`&lt;(/?(?:details|summary))&gt;`)

func onlyDetails(raw string) string {
	return allowed.ReplaceAllString(html.EscapeString(raw), "<$1>")
}

func (details) block(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	block := n.(*ast.HTMLBlock)
	if entering {
		_, err := w.WriteString(onlyDetails(string(block.Lines().Value(source))))
		return ast.WalkContinue, err
	}
	if block.HasClosure() {
		_, err := w.WriteString(onlyDetails(string(block.ClosureLine.Value(source))))
		return ast.WalkContinue, err
	}
	return ast.WalkContinue, nil
}

func (details) inline(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	_, err := w.WriteString(onlyDetails(string(n.(*ast.RawHTML).Segments.Value(source))))
	return ast.WalkSkipChildren, err
}
