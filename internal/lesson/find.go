package lesson

import (
	"strconv"
	"strings"
)

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
}

// Error tells the problem in its first line and lists the choice below it.
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
	b.WriteString("\nThere are:")
	for _, s := range e.Steps {
		b.WriteString("\n  " + s.Name)
		for i, c := range s.Checks {
			b.WriteString([]string{": ", ", "}[min(i, 1)] + c.ID)
		}
	}
	return b.String()
}
