package lesson

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

const (
	checkLevel  = 3     // a check is a heading of this level
	separator   = " · " // between the parts of a heading
	furtherMark = "further"
)

// numbered matches the text of a heading that begins like a check's.
var numbered = regexp.MustCompile(`^([0-9]+\.[0-9]+)\.?[ \t]`)

// Parse reads one lesson; name is its step's folder, "01-minimal". It is
// strict, because the lesson is the only place where checks are written down:
// the error names every line that is wrong and says how to put it right.
//
// A lesson begins with "# 01 · Title". Each check is a heading of level three,
//
//	### 1.3 Push metrics every ten seconds · metrics-every-10s
//
// with " · further" at its end when it is beyond the core. The first sentence
// below it is the rule; it may be bold. The explanation goes on to the next
// heading of level three or less. It holds three blocks
//
//	<details><summary>Hint 1: which option?</summary>
//
//	…
//
//	</details>
//
// and what their summaries say beside the number is for GitHub's readers only.
func Parse(name string, markdown []byte) (Step, error) {
	p := parser{step: Step{Name: name}, ids: map[string]int{}}
	if !stepName.MatchString(name) {
		p.fail(1, "the step's folder is called %q: two digits and a name in lower case are wanted, such as 01-minimal", name)
		return Step{}, errors.Join(p.errs...)
	}
	p.step.Number, _ = strconv.Atoi(name[:2])
	lines, open := scan(string(markdown))
	if open > 0 {
		p.fail(open, "the code block or comment that begins here has no end")
		return Step{}, errors.Join(p.errs...)
	}
	p.parse(lines)
	if len(p.errs) > 0 {
		return Step{}, errors.Join(p.errs...)
	}
	return p.step, nil
}

// A parser collects the checks of one lesson, and what is wrong with it.
type parser struct {
	step Step
	ids  map[string]int // id → line of its heading
	errs []error

	headings int  // checks so far, malformed ones too
	skipping bool // inside a section whose heading is malformed

	current *Check // the check whose section is being read, or nil
	at      int    // line of its heading
	body    []line // its lines so far, without heading and hints
	broken  bool   // a block of it has no end, so that its hints can't be counted
}

func (p *parser) fail(line int, format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf("%s:%d: %s", file(p.step.Name), line, fmt.Sprintf(format, args...)))
}

func (p *parser) parse(lines []line) {
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		if level, text := l.heading(); level > 0 {
			p.heading(l, level, text)
			continue
		}
		if l.code || !openDetails.MatchString(l.text) {
			p.add(l)
			continue
		}
		end := detailsEnd(lines[i:])
		if end < 0 {
			p.fail(l.number, "<details> has no </details> before the next heading or <details>")
			p.broken = true
			continue
		}
		block := lines[i : i+end+1]
		i += end
		p.details(block)
	}
	p.endCheck()
	if p.step.Title == "" && len(p.errs) == 0 {
		p.fail(1, "the lesson has no title: begin it with %q", "# "+p.step.Name[:2]+separator+"Title")
	}
	if len(p.step.Checks) == 0 && len(p.errs) == 0 {
		p.fail(1, "the lesson has no check: each is a heading like %q", fmt.Sprintf("### %d.1 Title%sid", p.step.Number, separator))
	}
}

// add takes a line of the current check; of several blank lines it keeps one.
func (p *parser) add(l line) {
	if p.current == nil || l.blank() && len(p.body) > 0 && p.body[len(p.body)-1].blank() {
		return
	}
	p.body = append(p.body, l)
}

func (p *parser) details(block []line) {
	number, body, ok := hint(block)
	switch {
	case !ok:
		for _, l := range block {
			p.add(l)
		}
	case p.broken:
	case p.skipping:
	case p.current == nil:
		p.fail(block[0].number, "hint %s stands outside of any check", number)
	default:
		if err := p.current.addHint(number, body); err != nil {
			p.fail(block[0].number, "%v", err)
		}
	}
}

func (p *parser) heading(l line, level int, text string) {
	if level <= checkLevel {
		p.endCheck()
		p.skipping = false
	}
	isNumbered := numbered.MatchString(text)
	switch {
	case level == 1:
		p.title(l.number, text)
	case level == checkLevel && (isNumbered || strings.Contains(text, separator)):
		p.check(l.number, text)
	case isNumbered && strings.Contains(text, separator):
		p.fail(l.number, "a check is a heading of level %d (###), not %d: %q", checkLevel, level, text)
	default:
		p.add(l)
	}
}

func (p *parser) title(line int, text string) {
	want := p.step.Name[:2] + separator
	title, ok := strings.CutPrefix(text, want)
	switch {
	case !ok || strings.TrimSpace(title) == "":
		p.fail(line, "the title is %q: it has to begin with the step's number, %q", text, "# "+want+"Title")
	case p.step.Title != "":
		p.fail(line, "a second title, %q: a lesson has one heading of level 1", text)
	default:
		p.step.Title = title
	}
}

// check begins a check at its heading.
func (p *parser) check(line int, text string) {
	p.headings++
	p.skipping = true // until the heading turns out to be right
	number := fmt.Sprintf("%d.%d", p.step.Number, p.headings)
	form := "### " + number + " Title" + separator + "id"
	parts := strings.Split(text, separator)
	m := numbered.FindStringSubmatch(parts[0])
	if m == nil {
		p.fail(line, "the heading %q has no number: write %q", text, form)
		return
	}
	c := Check{Step: p.step.Name, Number: m[1], Title: strings.TrimSpace(parts[0][len(m[0]):])}
	if len(parts) == 3 && parts[2] == furtherMark {
		c.Further, parts = true, parts[:2]
	}
	if len(parts) != 2 || parts[1] == furtherMark || c.Title == "" {
		p.fail(line, "the heading %q is not a check's: write %q, and %q after it for a further one", text, form, separator+furtherMark)
		return
	}
	c.ID = parts[1]
	if !kebab.MatchString(c.ID) {
		p.fail(line, "the id %q is not in kebab case: lower-case words with hyphens are wanted, such as metrics-every-10s", c.ID)
		return
	}
	if before, ok := p.ids[c.ID]; ok {
		p.fail(line, "check %s stands on line %d already: ids are unique within a step", c.ID, before)
		return
	}
	p.ids[c.ID] = line
	if c.Number != number {
		p.fail(line, "check %s has the number %s: it is the step's check %s", c.ID, c.Number, number)
	} else if c.Heading() != text {
		p.fail(line, "the heading %q is oddly spaced: write %q", text, "### "+c.Heading())
	}
	p.current, p.at, p.skipping = &c, line, false
}

// endCheck takes the section that has just ended as a whole.
func (p *parser) endCheck() {
	if p.current == nil {
		return
	}
	c := p.current
	c.Rule, c.Text = splitRule(p.body)
	if c.Rule == "" {
		p.fail(p.at, "check %s has no rule: the paragraph below its heading has to begin with one sentence, with a full stop, that says what the code should do", c.ID)
	}
	if n := len(c.Hints); n != hintsPerCheck && !p.broken {
		p.fail(p.at, "check %s has %d of %d hints: each is a block <details><summary>Hint 1</summary> … </details>", c.ID, n, hintsPerCheck)
	}
	p.step.Checks = append(p.step.Checks, *c)
	p.current, p.body, p.broken = nil, nil, false
}
