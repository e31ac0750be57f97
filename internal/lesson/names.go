package lesson

import (
	"regexp"
	"strings"
	"unicode"
)

var (
	stepName = regexp.MustCompile(`^[0-9]{2}-[a-z0-9]+(-[a-z0-9]+)*$`)
	kebab    = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
)

// File returns the path of the step's lesson from the module's root, with
// slashes: "steps/01-minimal/README.md".
func (s Step) File() string { return file(s.Name) }

func file(step string) string { return "steps/" + step + "/README.md" }

// FullID returns the id that is unique across steps: "01/service-name".
func (c Check) FullID() string {
	number, _, _ := strings.Cut(c.Step, "-")
	return number + "/" + c.ID
}

// TestName returns the name of the Go test that is this check. The rule is
// mechanical, so that nobody has to look it up: every word of the id with its
// first letter in upper case. "metrics-every-10s" is TestMetricsEvery10s.
func (c Check) TestName() string {
	var b strings.Builder
	b.WriteString("Test")
	for word := range strings.SplitSeq(c.ID, "-") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// Heading returns the check's heading as its lesson writes it, without the
// hashes: "1.3 Push metrics every ten seconds · metrics-every-10s".
func (c Check) Heading() string {
	h := c.Number + " " + c.Title + separator + c.ID
	if c.Further {
		h += separator + furtherMark
	}
	return h
}

// Anchor returns the fragment that GitHub gives the check's heading: lower
// case, spaces as hyphens, and only letters, digits, hyphens and underscores
// kept (https://github.com/gjtorikian/html-pipeline, TableOfContentsFilter).
func (c Check) Anchor() string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Pc):
			return r
		}
		return -1
	}, strings.ToLower(c.Heading()))
}

// Lesson returns the place in the lesson that explains the check, from the
// module's root: "steps/01-minimal/README.md#12-name-the-service--service-name".
func (c Check) Lesson() string { return file(c.Step) + "#" + c.Anchor() }
