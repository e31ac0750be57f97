package demo_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/demo"
)

// A symptom is one of those at the top of step 4's lesson: a check, and what a
// side looks like that has it.
type symptom struct {
	check string
	seen  func(s demo.Side) bool
}

// symptoms are by the scenario in which they show.
var symptoms = map[string][]symptom{
	"collector-hangs": {
		{"4.1", func(s demo.Side) bool { return s.Callers.HungUp() == len(s.Callers.Requests) }},
	},
	"collector-down": {
		{"4.5", func(s demo.Side) bool { return !says(s, "refused") }},
	},
	"sigterm": {
		{"4.2", spansAreMissing},
		{"4.3", spansAreMissing},
		{"4.4", func(s demo.Side) bool { return s.Telemetry.Series() == 0 }},
		{"4.8", func(s demo.Side) bool { return len(s.Callers.Answered()) < len(s.Callers.Requests) }},
	},
	"traffic": { // three of its forty orders don't exist
		{"4.6", func(s demo.Side) bool { return s.Telemetry.LongestOf["receipt.send"] == 0 && s.Telemetry.Orphans > 0 }},
		{"4.7", func(s demo.Side) bool { return !says(s, "a receipt has gone out") }},
	},
	"payment-hangs": {
		{"4.13", func(s demo.Side) bool { return s.Callers.HungUp() == 4 }},
	},
	"database-garbled": {
		{"4.15", func(s demo.Side) bool { return s.Callers.Statuses()[500] == 30 && counted(s, "500") == 0 }},
	},
}

// As with told figures, what a busy machine may change gets a second and a
// third run.
func TestSymptomsOfStep4(t *testing.T) {
	t.Parallel()
	starter := find(t, "04/starter")
	for scenario, list := range symptoms {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			v := starter
			v.Scenario = scenario
			var off []string
			for range 3 {
				r, err := demoAgain(t, v)
				require.NoError(t, err)
				off = nil
				for _, s := range list {
					if !s.seen(r.Broken) {
						off = append(off, fmt.Sprintf("%s is not to be seen in the starter, which printed last\n%s", s.check, strings.Join(r.Broken.Ended.Last, "\n")))
					}
					if s.seen(r.Right) {
						off = append(off, fmt.Sprintf("%s is to be seen in the solution, which printed last\n%s", s.check, strings.Join(r.Right.Ended.Last, "\n")))
					}
				}
				if off == nil {
					return
				}
				t.Log(strings.Join(off, "\n"))
			}
			t.Error("three times in a row")
		})
	}
}

// Each symptom is one of the lesson's, and the lesson says how to see it.
func TestTheLessonSaysHowToSeeItsSymptoms(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "steps", "04-failure-modes", "README.md"))
	require.NoError(t, err)
	top, _, ok := strings.Cut(string(text), "## How telemetry leaves")
	require.True(t, ok)
	list, table, ok := strings.Cut(top, "Start it, and break it")
	require.True(t, ok)
	check := regexp.MustCompile(`\b4\.\d+`)
	var told []string
	for line := range strings.Lines(list) {
		if strings.HasPrefix(line, "> ") {
			told = append(told, check.FindAllString(line, -1)...)
		}
	}
	how := map[string]string{} // rows of the table, by check
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		for _, c := range check.FindAllString(cells[1], -1) {
			how[c] = line
		}
	}
	var shown []string
	for scenario, symptoms := range symptoms {
		s, err := demo.FindScenario(scenario)
		require.NoError(t, err)
		for _, one := range symptoms {
			shown = append(shown, one.check)
			for _, f := range s.Faults() {
				require.Contains(t, how[one.check], "`"+string(f)+"`", "how to see %s", one.check)
			}
		}
	}
	require.ElementsMatch(t, told, shown)
	for _, c := range told {
		require.Contains(t, how, c)
	}
}

func spansAreMissing(s demo.Side) bool { return s.Telemetry.ServerSpans < len(s.Callers.Requests) }

func says(s demo.Side, text string) bool {
	return strings.Contains(strings.Join(s.Ended.Last, "\n"), text)
}

// counted is how many requests with this status the metrics have.
func counted(s demo.Side, status string) (n uint64) {
	for _, m := range s.Telemetry.Metrics {
		for _, p := range m.Points {
			if m.Name == "http.server.request.duration" && strings.Contains(fmt.Sprint(p.Attrs), status) {
				n += p.Count
			}
		}
	}
	return n
}
