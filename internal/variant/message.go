package variant

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	trailerLine = regexp.MustCompile(`^([A-Z][A-Za-z]*(?:-[A-Za-z]+)*):(?:\s+(.*))?$`)
	continued   = regexp.MustCompile(`\n[ \t]+`)
	identifier  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	diffStart   = regexp.MustCompile(`(?m)^(diff (--git )?a/|diff --git |--- (a/|/dev/null))`)

	knownTrailers = []string{"Caught-by", "Scenario", "Blocked", "Passes"}
)

// split cuts a variant's file where its message ends and its diff begins.
func split(text string) (message, diff string) {
	if at := diffStart.FindStringIndex(text); at != nil {
		return text[:at[0]], text[at[0]:]
	}
	return text, ""
}

// parseMessage fills v from a commit message: the first line, paragraphs, and
// a last paragraph of trailers.
func (v *Variant) parseMessage(message string) error {
	message = strings.TrimRight(message, " \t\n")
	summary, rest, _ := strings.Cut(message, "\n")
	v.Summary = strings.TrimSpace(summary)
	if v.Summary == "" || isKnown(v.Summary) {
		return fmt.Errorf("its summary is empty: say the mistake, in a sentence, on the first line")
	}
	if rest != "" && !strings.HasPrefix(rest, "\n") {
		return fmt.Errorf("line 2 must be empty: the summary is one line, the story begins after a blank one")
	}

	rest = strings.Trim(rest, "\n")
	story, trailers := rest, ""
	last := rest[strings.LastIndex("\n\n"+rest, "\n\n"):]
	if first, _, _ := strings.Cut(last, "\n"); trailerLine.MatchString(first) {
		story, trailers = strings.TrimSuffix(rest, last), last
	}
	v.Story = strings.TrimSpace(story)
	for line := range strings.Lines(v.Story) {
		if isKnown(line) {
			return fmt.Errorf("%q stands within the story: trailers form the last paragraph, after a blank line", strings.TrimSpace(line))
		}
	}
	return v.parseTrailers(trailers)
}

// isKnown reports whether a line is one of our trailers.
func isKnown(line string) bool {
	key, _, found := strings.Cut(line, ":")
	return found && slices.ContainsFunc(knownTrailers, func(known string) bool { return strings.EqualFold(known, key) })
}

func (v *Variant) parseTrailers(text string) error {
	// As in git, a line that begins with white space continues the one before.
	text = continued.ReplaceAllString(text, " ")
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		m := trailerLine.FindStringSubmatch(line)
		if m == nil || !slices.Contains(knownTrailers, m[1]) {
			return fmt.Errorf("unknown trailer %q: there are %s, each followed by a colon and a value", line, strings.Join(knownTrailers, ", "))
		}
		key, value := m[1], strings.TrimSpace(m[2])
		if seen[key] {
			return fmt.Errorf("%s stands there twice: list all its values on one line", key)
		}
		seen[key] = true
		if value == "" {
			return fmt.Errorf("%s is empty: give it a value or leave it out", key)
		}
		if key == "Scenario" {
			if !identifier.MatchString(value) {
				return fmt.Errorf("%s: %q is no name: it is small letters, digits and hyphens", key, value)
			}
			v.Scenario = value
			continue
		}
		ids, err := parseIDs(value)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		switch key {
		case "Caught-by":
			v.CaughtBy = ids
		case "Blocked":
			v.Blocked = ids
		case "Passes":
			v.Passes = ids
		}
	}
	return v.checkIDs()
}

func parseIDs(value string) ([]string, error) {
	var ids []string
	for id := range strings.SplitSeq(value, ",") {
		id = strings.TrimSpace(id)
		if !identifier.MatchString(id) {
			return nil, fmt.Errorf("%q is no check: ids are separated by commas, each of small letters, digits and hyphens", id)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// checkIDs refuses a check that is claimed to end in two ways.
func (v *Variant) checkIDs() error {
	seen := map[string]bool{}
	for _, id := range slices.Concat(v.CaughtBy, v.Blocked, v.Passes) {
		if seen[id] {
			return fmt.Errorf("check %s is listed twice: it fails, is blocked, or passes", id)
		}
		seen[id] = true
	}
	return nil
}
