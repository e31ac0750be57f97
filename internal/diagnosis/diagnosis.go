// Package diagnosis recognises mistakes. Each broken variant has a golden file:
// what somebody is told who makes that mistake. A finding that reads the same
// comes from the same mistake, or from one that cannot be told from it.
package diagnosis

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/report"
	"otel.workshop/internal/variant"
)

// Annotate fills in what is known of the failures in a report; see
// [grader.Result]. What the untouched starter tells is no mistake yet.
func Annotate(root string, r *grader.Report) error {
	var known []mistake
	for i := range r.Results {
		res := &r.Results[i]
		if res.Outcome != grader.Fail || res.Finding == nil {
			continue
		}
		if known == nil {
			var err error
			if known, err = load(root, r.Step.Name); err != nil {
				return err
			}
		}
		text, err := Text(*res)
		if err != nil {
			return err
		}
		if res.Known, err = sentence(root, r.Step.Name, matching(known, withoutPlaces(text))); err != nil {
			return err
		}
	}
	return nil
}

// A mistake is a variant's name, and what it makes the checks say.
type mistake struct{ name, says string }

func load(root, step string) ([]mistake, error) {
	files, err := filepath.Glob(filepath.Join(root, "broken", step, "*.golden"))
	if err != nil {
		return nil, fmt.Errorf("list the known mistakes of %s: %w", step, err)
	}
	known := []mistake{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read a known mistake: %w", err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".golden")
		known = append(known, mistake{name, withoutPlaces(string(variant.LF(data)))})
	}
	return known, nil
}

// matching returns the names of the mistakes that say this, none when it is
// what the starter says.
func matching(known []mistake, text string) (names []string) {
	for _, m := range known {
		if !strings.Contains("\n"+m.says, "\n"+text) {
			continue
		}
		if m.name == variant.Starter {
			return nil
		}
		names = append(names, m.name)
	}
	return names
}

// sentence tells a learner which mistakes these are.
func sentence(root, step string, names []string) (string, error) {
	switch len(names) {
	case 0:
		return "", nil
	case 1:
		file := path.Join("broken", step, names[0]+".diff")
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
		if err != nil {
			return "", fmt.Errorf("read a known mistake: %w", err)
		}
		v, err := variant.Parse(file, data)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("Known as %s: %s Its story is in %s.", v.Name, v.Summary, file), nil
	}
	return fmt.Sprintf("Known as one of %s: their stories are in broken/%s.", strings.Join(names, ", "), step), nil
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
