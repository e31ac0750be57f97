package trial

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Scenes is the environment variable that names what is to be played, one line
// each, and before them a file for what was told. A process of tests plays, then,
// and runs no test. Package checker/scenes does it.
const Scenes = "WORKSHOP_SCENES"

// What can happen to the service, in the words that a finding says it in.
const (
	OrderThere     = "an order that is there"
	OrderNotThere  = "an order that does not exist"
	OrderWrapped   = "an order that does not exist, and the store says it in more words"
	StorePanics    = "the store panics"
	DatabaseFails  = "the database fails"
	CallerLeaves   = "the caller leaves while the database is asked"
	PaymentsFail   = "the payment API fails, at length"
	ThreeOrders    = "three orders"
	ThreeFailures  = "three orders, and the database fails each time in other words"
	BaggageArrives = "an order, and the caller has baggage"
)

// A Scene is what a service told while something happened to it.
type Scene struct {
	Name    string          `json:"name"`
	Spans   string          `json:"spans"`   // what matters of them, as text that is the same each time
	Points  string          `json:"points"`  // the same, of its metrics
	Traces  json.RawMessage `json:"traces"`  // OTLP/JSON
	Metrics json.RawMessage `json:"metrics"` // likewise
}

// Play plays scenes with a subject: no test has a part in it. dir is for a file.
func (s Suite) Play(ctx context.Context, dir string, subject Subject, names ...string) ([]Scene, error) {
	token, ok := s.Tokens[subject.Name()]
	if !ok {
		return nil, fmt.Errorf("the tests were built without %s", subject.Name())
	}
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	file := filepath.Join(dir, "scenes-"+token+".json")
	cmd := exec.CommandContext(ctx, s.Binary)
	cmd.Dir = s.Dir
	cmd.WaitDelay = time.Second
	cmd.Env = environment(token, Scenes+"="+strings.Join(append([]string{file}, names...), "\n"))
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("play %s: %w\n%s", subject.Name(), err, said.String())
	}
	data, err := os.ReadFile(file)
	var scenes []Scene
	if err == nil {
		err = json.Unmarshal(data, &scenes)
	}
	if err != nil {
		return nil, fmt.Errorf("read what %s told: %w", subject.Name(), err)
	}
	return scenes, nil
}

// Only returns the lines of what a scene told that another did not, without
// their places in a tree: one that only hangs elsewhere is in neither.
func (s Scene) Only(other Scene) (lines []string) {
	left := make(map[string]int)
	for line := range strings.Lines(other.Spans + "\n" + other.Points) {
		left[strings.TrimSpace(line)]++
	}
	for line := range strings.Lines(s.Spans + "\n" + s.Points) {
		line = strings.TrimSpace(line)
		if left[line]--; line != "" && left[line] < 0 {
			lines = append(lines, line)
		}
	}
	return lines
}

// Differ returns the first scene in which two services tell different things,
// as each has told it; ok is false when there is none. What both tell alike is
// left out: the spans, or the metrics.
func Differ(one, other []Scene) (a, b Scene, ok bool) {
	for i := range min(len(one), len(other)) {
		a, b = one[i], other[i]
		if a.Spans == b.Spans {
			a.Traces, b.Traces = nil, nil
		}
		if a.Points == b.Points {
			a.Metrics, b.Metrics = nil, nil
		}
		if a.Spans != b.Spans || a.Points != b.Points {
			return a, b, true
		}
	}
	return Scene{}, Scene{}, false
}
