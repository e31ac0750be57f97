package report

import (
	"io"
	"strings"
	"time"

	"github.com/clipperhouse/displaywidth"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/printable"
)

// Options say how to draw.
type Options struct {
	Color bool
	Width int  // columns to fill; 0: paragraphs of 80, and no line is cut short
	Full  bool // every finding, not only the first; all that a check has printed
}

// Text draws a report: the tally, one line for each check, and in full what to
// look at next. Errors are w's.
func Text(w io.Writer, r grader.Report, opts Options) error {
	p := printer{opts: opts, paint: Painter(opts.Color)}
	p.header(r)
	if compiles(r) {
		p.list(r)
	}
	if compiles(r) && r.Build == "" {
		p.findings(r)
	} else {
		p.build(r)
	}
	return p.flush(w)
}

// A printer collects lines; what it is given is clean already.
type printer struct {
	opts  Options
	paint Painter
	b     strings.Builder
}

func (p *printer) line(s string) {
	p.b.WriteString(strings.TrimRight(s, " ") + "\n")
}

func (p *printer) flush(w io.Writer) error {
	_, err := io.WriteString(w, p.b.String())
	return err
}

// compiles reports whether anything was run at all.
func compiles(r grader.Report) bool {
	for _, res := range r.Results {
		if res.Outcome != grader.DoesNotBuild {
			return true
		}
	}
	return r.Build == "" && len(r.Results) == 0
}

func (p *printer) header(r grader.Report) {
	title := r.Step.Name
	if r.Step.Title != "" {
		title += separator + oneLine(r.Step.Title)
	}
	tally, style := tally(r)
	took := ""
	if r.Duration > 0 {
		took = separator + r.Duration.Round(10*time.Millisecond).String()
	}
	p.line(p.paint.Paint(Bold, title))
	p.line(p.paint.Paint(style, tally) + p.paint.Paint(Dim, took))
	p.line("")
}

const separator = "  ·  "

// list draws one line for each check, the further ones in a group of their own.
func (p *printer) list(r grader.Report) {
	words, ids := 0, 0
	for _, res := range r.Results {
		words = max(words, displaywidth.String(string(res.Outcome)))
		ids = max(ids, displaywidth.String(numbered(res)))
	}
	empty := true
	for _, further := range []bool{false, true} {
		first := true
		for _, res := range r.Results {
			if res.Check.Further != further {
				continue
			}
			if further && first {
				if !empty {
					p.line("")
				}
				p.line("  " + p.paint.Paint(Dim, "further"))
			}
			first, empty = false, false
			mark, style := Mark(res.Outcome)
			line := "  " + mark + " " + pad(string(res.Outcome), words) + "  " + pad(numbered(res), ids) + "  "
			about := Reason(res)
			if p.opts.Width > 0 {
				about = cut(about, max(8, p.opts.Width-displaywidth.String(line)))
			}
			outcome := p.paint.Paint(style, mark+" "+pad(string(res.Outcome), words))
			if res.Outcome == grader.Pass {
				about = p.paint.Paint(Dim, about)
			}
			p.line("  " + outcome + "  " + pad(numbered(res), ids) + "  " + about)
		}
	}
}

// numbered names a check as its lesson does: "1.2  service-name".
func numbered(res grader.Result) string { return pad(res.Check.Number, 4) + " " + res.Check.ID }

// Reason is the rest of a check's line: its title when there is nothing to
// say, and what happened when there is.
func Reason(res grader.Result) string {
	switch {
	case res.Outcome == grader.Pass:
	case res.Outcome == grader.Blocked && res.BlockedBy != "":
		return "fix " + oneLine(res.BlockedBy) + " first"
	case res.Summary != "":
		return oneLine(res.Summary)
	}
	return oneLine(res.Check.Title)
}

// findings draws the first finding, or all of them.
func (p *printer) findings(r grader.Report) {
	if p.opts.Full {
		for _, res := range r.Results {
			if res.Outcome != grader.Pass {
				p.line("")
				p.finding(res)
			}
		}
		return
	}
	first := r.First()
	if first == nil {
		return
	}
	p.line("")
	if first.Check.Further && coreDone(r) {
		p.line(p.paint.Paint(Green, "The core is done.") + " Further, if you like:")
		p.line("")
	}
	p.finding(*first)
}

// build draws the compiler's messages.
func (p *printer) build(r grader.Report) {
	mark, style := Mark(grader.DoesNotBuild)
	if compiles(r) { // some of them, before
		p.line("")
	}
	p.line(p.paint.Paint(style, mark) + " " + p.paint.Paint(Bold, "The step does not compile, so its checks could not run."))
	p.line("")
	for l := range strings.SplitSeq(strings.Trim(printable.Text(r.Build), "\n"), "\n") {
		p.code("    ", l)
	}
}
