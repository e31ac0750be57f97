package lesson

import (
	"errors"
	"strconv"
	"strings"
)

// FindAt is [Find] for somebody who is at a step: a check that several steps
// have is the one of theirs, if theirs is among them.
func FindAt(steps []Step, query, at string) (Step, *Check, error) {
	step, check, err := Find(steps, query)
	var q *QueryError
	if !errors.As(err, &q) {
		return step, check, err
	}
	q.At = at
	for _, s := range steps {
		if s.Name == at && len(q.Matches) > 1 {
			if step, check, err := Find([]Step{s}, query); err == nil {
				return step, check, nil
			}
		}
	}
	return Step{}, nil, q
}

// Find returns what a person means by query: a step ("1", "01", "01-minimal",
// "minimal", "steps/01-minimal/") or a check, with its step ("service-name",
// "01/service-name", "minimal/service-name", "1.2"). The check is nil when the
// query names a step. The error is a *QueryError when the query names nothing
// or more than one thing. Upper and lower case are alike.
func Find(steps []Step, query string) (Step, *Check, error) {
	type match struct {
		step  int
		check *Check
	}
	var matches []match
	stepPart, checkPart, both := strings.Cut(normalize(query), "/")
	for i := range steps {
		if both && !steps[i].named(stepPart) {
			continue
		}
		if !both && steps[i].named(stepPart) {
			matches = append(matches, match{step: i})
		}
		wanted := stepPart
		if both {
			wanted = checkPart
		}
		for j := range steps[i].Checks {
			if c := &steps[i].Checks[j]; c.ID == wanted || c.Number == wanted {
				matches = append(matches, match{i, c})
			}
		}
	}
	if len(matches) == 1 {
		m := matches[0]
		return steps[m.step], m.check, nil
	}
	err := &QueryError{Query: query, Steps: steps}
	for _, m := range matches {
		if m.check != nil {
			err.Matches = append(err.Matches, m.check.FullID())
		} else {
			err.Matches = append(err.Matches, steps[m.step].Name)
		}
	}
	if len(matches) == 0 {
		err.Nearest = nearestName(steps, normalize(query))
	}
	return Step{}, nil, err
}

// normalize brings a query, which may be a path that the shell has completed,
// into the form of an id.
func normalize(query string) string {
	q := strings.ToLower(strings.TrimSpace(query))
	q = strings.ReplaceAll(q, `\`, "/")
	q = strings.TrimPrefix(q, "./")
	q = strings.TrimPrefix(q, "steps/")
	return strings.Trim(q, "/")
}

// named reports whether q is one of the names of the step.
func (s Step) named(q string) bool {
	return q != "" && (q == s.Name || q == s.Name[:2] || q == strconv.Itoa(s.Number) || q == s.Name[3:])
}

// FindName returns which of these names of steps a query means, "" when it means
// none of them.
func FindName(names []string, query string) string {
	for _, name := range names {
		number, _ := strconv.Atoi(name[:2])
		if (Step{Name: name, Number: number}).named(normalize(query)) {
			return name
		}
	}
	return ""
}

// A QueryError says that a query names no step and no check, or several, and
// what it could have named.
type QueryError struct {
	Query   string
	Matches []string // what it names, when that is more than one thing
	Nearest string   // the name that comes nearest, or ""
	Steps   []Step   // all that there are
	At      string   // the name of the step at which somebody is, or ""
}

// Error tells the problem in its first line, and below it the steps and the
// checks of one of them: of the one that was probably meant.
func (e *QueryError) Error() string {
	var b strings.Builder
	if len(e.Matches) > 0 {
		b.WriteString(strconv.Quote(e.Query) + " names more than one thing: say " + strings.Join(e.Matches, " or "))
		return b.String()
	}
	b.WriteString("no step or check is called " + strconv.Quote(e.Query))
	if e.Nearest != "" {
		b.WriteString(": did you mean " + e.Nearest + "?")
	}
	var names []string
	for _, s := range e.Steps {
		names = append(names, s.Name)
	}
	b.WriteString("\n" + list("The steps are", names))
	if s, ok := e.meant(); ok && len(s.Checks) > 0 {
		var ids []string
		for _, c := range s.Checks {
			ids = append(ids, c.ID)
		}
		b.WriteString("\n" + list(s.Name+" has", ids))
	}
	b.WriteString("\ngo run . list has all of them.")
	return b.String()
}

// meant returns the step that a query is about, as far as can be told.
func (e *QueryError) meant() (Step, bool) {
	part, _, both := strings.Cut(normalize(e.Query), "/")
	near, _, _ := strings.Cut(e.Nearest, "/")
	for _, name := range []string{near, part, e.At} {
		for _, s := range e.Steps {
			if s.named(name) && (name != part || both) {
				return s, true
			}
		}
	}
	return Step{}, false
}

// list writes names behind what they are, in lines that fit a terminal.
func list(what string, names []string) string {
	const width = 78
	text := what + ":"
	column := len(text)
	for i, name := range names {
		if i < len(names)-1 {
			name += ","
		}
		if column+1+len(name) > width {
			text += "\n "
			column = 1
		}
		text += " " + name
		column += 1 + len(name)
	}
	return text
}
