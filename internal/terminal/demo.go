package terminal

import (
	"fmt"
	"slices"
	"strings"

	"otel.workshop/internal/demo"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/report"
	"otel.workshop/internal/report/hang"
	"otel.workshop/internal/shop"
	"otel.workshop/internal/variant"
	"otel.workshop/internal/waterfall"
)

// DemoOptions say how a demo is drawn. The zero value is right for most.
type DemoOptions struct {
	All      bool // all figures that differ, not only the most telling ones
	OwnScale bool // each waterfall against its own length, not all against that of the longest
}

// Demo draws what a demo has shown, in the order in which it is told: the
// symptom, the figures of both sides, a request of each, the mistake, and its
// story.
func Demo(r demo.Result, o DemoOptions, look Look) string {
	broken, right := waterfalls(r, o, look)
	return paragraphs(
		demoTitle(r.Variant, r.Scenario, look),
		figures(r.Figures, o.All, look),
		noDifference(r, look),
		drawn(r.Broken, broken, look),
		drawn(r.Right, right, look),
		scale(r, o, look),
		said(r, look),
		mistake(r.Variant, look),
		look.bold("The story")+"\n"+look.markdown(r.Variant.Story, 2),
		byHand(r, look),
		look.dim("Both sides, built and run: "+waterfall.FormatDuration(r.Took)+"."),
	)
}

// mistake shows what was changed. What a starter lacks is for its learner to
// find.
func mistake(v variant.Variant, look Look) string {
	if v.Name == variant.Starter {
		return ""
	}
	return look.bold("The mistake") + "\n" + indented(Hunks(v.Diff(), Look{Width: look.Width - 2, Color: look.Color}), 2)
}

// byHand says how to have the same at hand, to be called with curl.
func byHand(r demo.Result, look Look) string {
	name := r.Variant.Name
	if name == variant.Starter {
		name = r.Variant.Step[:2] + "/" + name
	}
	line := "go run . run --variant " + name
	for _, f := range r.Scenario.Faults() {
		line += " --fault " + string(f)
	}
	return look.bold("By hand") + "\n  " + line
}

func demoTitle(v variant.Variant, s demo.Scenario, look Look) string {
	return "\n" + look.bold(line("── "+v.Step+" · "+v.Name+" ", look)) + "\n\n" +
		look.bold(look.prose(v.Summary, 0)) + "\n\n" + look.prose(s.Tell(shop.Source{Variant: &v}), 0)
}

// line fills a title up to the width.
func line(title string, look Look) string {
	return title + strings.Repeat("─", max(0, look.Width-len([]rune(title))))
}

func noDifference(r demo.Result, look Look) string {
	if _, ok := r.Point(); ok {
		return ""
	}
	text := look.prose("No figure tells the two sides apart in this scenario: from outside, this mistake is not to be seen.", 0)
	if r.Finding == "" {
		return text
	}
	return text + "\n\n" + look.bold("The checker sees it") + "\n" + look.code(r.Finding, 0)
}

// waterfalls draws the traces of both sides: for comparison, with one time scale
// and in the same columns, unless each is to have its own.
func waterfalls(r demo.Result, o DemoOptions, look Look) (broken, right []string) {
	traces := slices.Concat(r.Broken.Drawn.Traces, r.Right.Drawn.Traces)
	var texts []string
	if o.OwnScale {
		for _, t := range traces {
			texts = append(texts, waterfall.Texts([]waterfall.Trace{t}, look.waterfall(2))...)
		}
	} else {
		for i, t := range traces {
			traces[i] = t.Within(r.Window())
		}
		texts = waterfall.Texts(traces, look.waterfall(2))
	}
	n := len(r.Broken.Drawn.Traces)
	return texts[:n], texts[n:]
}

// scale says what the bars can be held against, where there are two sides of
// them.
func scale(r demo.Result, o DemoOptions, look Look) string {
	if o.OwnScale || r.Broken.Drawn.Received == 0 || r.Right.Drawn.Received == 0 {
		return ""
	}
	return look.dim(look.prose("All bars have one time scale, "+waterfall.FormatDuration(r.Window())+" from edge to edge; with "+command("--own-scale")+" each trace has its own.", 2))
}

// drawn draws one request of a side, as far as it arrived.
func drawn(s demo.Side, waterfalls []string, look Look) string {
	q := s.Drawn.Request
	outcome := fmt.Sprintf("answered in %s: %d %s", waterfall.FormatDuration(q.Took), q.Status, printable.Text(q.Body))
	switch {
	case q.HungUp:
		outcome = "its caller hung up after " + waterfall.FormatDuration(q.Took)
	case q.Status == 0:
		outcome = "not answered"
	}
	title := look.cut(look.bold("One request, "+s.Name) + look.dim("  GET "+q.Path+", "+outcome))
	if s.Drawn.Received == 0 {
		return title + "\n  Nothing of it arrived."
	}
	return title + "\n" + indented(strings.TrimRight(strings.Join(waterfalls, "\n"), "\n"), 2)
}

// said quotes what only one of the services has printed.
func said(r demo.Result, look Look) string {
	if f, ok := r.Figure(demo.Printed); !ok || !f.Differs {
		return ""
	}
	const most = 3
	part := func(s, other demo.Side) string {
		lines := s.Alone(other)
		if len(lines) == 0 {
			return ""
		}
		for i, l := range lines {
			lines[i] = printable.Text(l)
		}
		lines = lines[max(0, len(lines)-most):]
		return look.bold("Printed by the "+s.Name+" one alone") + "\n" + look.code(strings.Join(lines, "\n"), 2)
	}
	return paragraphs(part(r.Broken, r.Right), part(r.Right, r.Broken))
}

// Hunks draws what a diff changes: the name of each file, and its hunks.
func Hunks(diff string, look Look) string {
	var lines []string
	for text := range strings.Lines(diff) {
		text = strings.TrimRight(strings.ReplaceAll(text, "\t", "    "), "\n")
		if name, ok := strings.CutPrefix(text, "diff --git a/"); ok {
			name, _, _ = strings.Cut(name, " ")
			lines = append(lines, look.bold(name))
			continue
		}
		style := report.Plain
		switch {
		case strings.HasPrefix(text, "--- "), strings.HasPrefix(text, "+++ "), strings.HasPrefix(text, "new file"), strings.HasPrefix(text, "deleted file"):
			continue
		case strings.HasPrefix(text, "@@"):
			style = report.Dim
		case strings.HasPrefix(text, "+"):
			style = report.Green
		case strings.HasPrefix(text, "-"):
			style = report.Red
		}
		for _, folded := range hang.Code(text, look.Width) {
			lines = append(lines, look.paint(style, folded))
		}
	}
	return strings.Join(lines, "\n")
}
