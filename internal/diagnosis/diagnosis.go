// Package diagnosis recognises mistakes. Each broken variant has a golden file:
// what somebody is told who makes that mistake, and says which checks fail, and
// which are blocked. When all of that is as it is here, the mistake looks just
// like it: it is the same, or one that nothing tells from it. When only a finding
// reads the same, it looks like it, and no more.
package diagnosis

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/report"
	"otel.workshop/internal/variant"
)

// Annotate fills in what is known of the failures in a report; see
// [grader.Result]. What the untouched starter tells is no mistake yet.
func Annotate(root string, r *grader.Report) error {
	texts := make(map[string]string) // of the failures, by check
	for _, res := range r.Results {
		if res.Outcome != grader.Fail || res.Finding == nil {
			continue
		}
		text, err := Text(res)
		if err != nil {
			return err
		}
		texts[res.Check.ID] = withoutPlaces(text)
	}
	if len(texts) == 0 {
		return nil
	}
	known, err := load(root, r.Step.Name)
	if err != nil {
		return err
	}
	for i := range r.Results {
		text, ok := texts[r.Results[i].Check.ID]
		if !ok {
			continue
		}
		alike := matching(known, text)
		same := slices.DeleteFunc(slices.Clone(alike), func(m mistake) bool { return !m.is(r, texts) })
		if len(same) > 0 {
			r.Results[i].Known = sentence("Looks just like", r.Step.Name, same)
		} else {
			r.Results[i].Known = sentence("Looks like", r.Step.Name, alike)
		}
	}
	return nil
}

// A mistake is a variant, and what it makes the checks say.
type mistake struct {
	variant.Variant
	says string
}

func load(root, step string) ([]mistake, error) {
	files, err := filepath.Glob(filepath.Join(root, "broken", step, "*.golden"))
	if err != nil {
		return nil, fmt.Errorf("list the known mistakes of %s: %w", step, err)
	}
	var known []mistake
	for _, golden := range files {
		says, err := os.ReadFile(golden)
		if err != nil {
			return nil, fmt.Errorf("read a known mistake: %w", err)
		}
		name := path.Join("broken", step, strings.TrimSuffix(filepath.Base(golden), ".golden")+".diff")
		v, err := variant.Read(root, name)
		if err != nil {
			return nil, err
		}
		known = append(known, mistake{v, withoutPlaces(string(variant.LF(says)))})
	}
	return known, nil
}

// hasText reports whether the mistake makes some check say this.
func (m mistake) hasText(text string) bool { return strings.Contains("\n"+m.says, "\n"+text) }

// is reports whether all that was graded ended as it does with this mistake,
// in the same words.
func (m mistake) is(r *grader.Report, texts map[string]string) bool {
	for _, res := range r.Results {
		id := res.Check.ID
		fails, blocked := slices.Contains(m.CaughtBy, id), slices.Contains(m.Blocked, id)
		switch res.Outcome {
		case grader.Pass:
			if fails || blocked {
				return false
			}
		case grader.Fail:
			if !fails || !m.hasText(texts[id]) {
				return false
			}
		case grader.Blocked:
			if !blocked {
				return false
			}
		case grader.NotJudged:
		default:
			return false
		}
	}
	return true
}

// matching returns the mistakes that say this, none when it is what the starter
// says.
func matching(known []mistake, text string) (alike []mistake) {
	for _, m := range known {
		if !m.hasText(text) {
			continue
		}
		if m.Name == variant.Starter {
			return nil
		}
		alike = append(alike, m)
	}
	return alike
}

// sentence tells a learner which mistakes these are.
func sentence(how, step string, mistakes []mistake) string {
	switch len(mistakes) {
	case 0:
		return ""
	case 1:
		m := mistakes[0]
		return fmt.Sprintf("%s %s: %s See it beside the right answer: go run . demo %s (its story is in %s).", how, m.Name, m.Summary, m.Name, path.Join("broken", step, m.Name+".diff"))
	}
	var names []string
	for _, m := range mistakes {
		names = append(names, m.Name)
	}
	return fmt.Sprintf("%s one of %s: their stories are in broken/%s.", how, strings.Join(names, ", "), step)
}

// Text is what failing results say, as the golden files have it: 100 columns
// wide, and without what differs from run to run, which is random ids and
// ports, and how many requests a machine manages in a moment.
func Text(results ...grader.Result) (string, error) {
	var b strings.Builder
	for _, res := range results {
		if res.Outcome != grader.Fail {
			continue
		}
		res.Known = ""
		if err := report.Finding(&b, res, report.Options{Width: 100}); err != nil {
			return "", fmt.Errorf("draw a finding: %w", err)
		}
	}
	return steady(b.String()), nil
}

func steady(s string) string {
	ids := make(map[string]string)
	s = traceID.ReplaceAllStringFunc(s, func(id string) string {
		if id == "trace 4bf92f35" { // the one that checks send themselves
			return id
		}
		if ids[id] == "" {
			ids[id] = fmt.Sprintf("trace %08d", len(ids)+1)
		}
		return ids[id]
	})
	s = port.ReplaceAllString(s, "127.0.0.1:PORT")
	s = logTime.ReplaceAllString(s, "DATE TIME")
	return requests.ReplaceAllString(s, "N requests")
}

var (
	traceID  = regexp.MustCompile(`trace [0-9a-f]{8}\b`)
	port     = regexp.MustCompile(`127\.0\.0\.1:\d{5}`)
	logTime  = regexp.MustCompile(`\d{4}/\d\d/\d\d \d\d:\d\d:\d\d`)
	requests = regexp.MustCompile(`\b(\d+ of )?\d+ requests`)

	// place is the line below a finding that says where to go: everybody's
	// code has the mistake on a line of its own.
	place = regexp.MustCompile(`(?m)^ *\S+   ·   lesson [0-9.]+\n`)
)

func withoutPlaces(s string) string { return place.ReplaceAllString(s, "") }
