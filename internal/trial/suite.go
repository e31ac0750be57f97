package trial

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Variable is the environment variable that names a [Suite]'s file.
const Variable = "WORKSHOP_SUITE"

// Chosen is the environment variable that chooses the subject of a process of
// tests, by its token. It is gone before any test runs.
const Chosen = "WORKSHOP_SUBJECT"

// Sleeper is the environment variable that names a file, into which a process of
// tests writes where it was seen asleep, "steps/05-own-tests/store_test.go:30".
const Sleeper = "WORKSHOP_SLEEPER"

// A Suite is a learner's tests, built once for all subjects.
type Suite struct {
	Binary string            `json:"binary"`
	Dir    string            `json:"dir"`    // in which the tests run: their package's
	Tokens map[string]string `json:"tokens"` // by the subject's name: what its process is told, which says nothing of it

	Racing string `json:"racing,omitempty"` // the same with the race detector, when somebody has asked for it
	NoRace string `json:"noRace,omitempty"` // why it is not there, then
}

// Open reads a suite that has been written.
func Open(file string) (Suite, error) {
	var s Suite
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		return s, fmt.Errorf("find the learner's tests: %w", err)
	}
	return s, nil
}

// Write writes a suite into dir, and returns its file.
func (s Suite) Write(dir string) (file string, err error) {
	data, err := json.MarshalIndent(s, "", "\t")
	if err != nil {
		return "", err
	}
	file = filepath.Join(dir, "suite.json")
	return file, os.WriteFile(file, data, 0o600)
}
