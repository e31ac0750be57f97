package mutation

import (
	"bufio"
	_ "embed"
	"fmt"
	"regexp"
	"strings"

	"otel.workshop/internal/grader"
)

//go:embed survivors.txt
var survivors string

var kind = regexp.MustCompile(`^(equivalent|outside|open): \S`)

// Survivors returns what is said of each mutant that no check catches, by its
// key: "equivalent: …", or "outside: …" when no lesson forbids it, or "open: …"
// when one does.
func Survivors() (map[string]string, error) {
	known := make(map[string]string)
	lines := bufio.NewScanner(strings.NewReader(survivors))
	key := ""
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		reason, indented := strings.CutPrefix(line, "\t")
		switch {
		case line == "" || line[0] == '#':
		case !indented && key == "":
			key = line
		case indented && key != "" && known[key] == "" && kind.MatchString(reason):
			known[key], key = reason, ""
		default:
			return nil, fmt.Errorf("survivors.txt:%d: a key, and indented below it a reason (equivalent: …, outside: … or open: …) are wanted: %q", n, line)
		}
	}
	if key != "" {
		return nil, fmt.Errorf("survivors.txt: no reason for %q", key)
	}
	return known, lines.Err()
}

// Caught returns the ids of the checks that did not pass a mutant: failed,
// crashed or timed out.
func Caught(r grader.Report) (ids []string) {
	for _, res := range r.Results {
		switch res.Outcome {
		case grader.Pass, grader.NotJudged, grader.Blocked:
		default:
			ids = append(ids, res.Check.ID)
		}
	}
	return ids
}
