package grader

import (
	"regexp"
	"strings"
)

// A transcript is what the testing package says in a check's output, told
// apart from what the check's code prints: the framework marks its own lines
// with a control character (see go doc test2json).
type transcript struct {
	passed, failed, skipped bool     // for exactly the test that was asked for
	needs                   []string // ids of the checks that it relies on
	helper                  bool     // it waits for a go command of its own
	artifacts               string   // the folder of its artifacts
	printed                 string   // the rest
}

const mark = "\x16"

func readTranscript(test, output string) transcript {
	var t transcript
	var printed strings.Builder
	for line := range strings.Lines(output) {
		before, framed, ok := strings.Cut(line, mark)
		printed.WriteString(before)
		if !ok {
			continue
		}
		framed = strings.TrimRight(framed, "\r\n")
		kind, rest, _ := strings.Cut(framed, test)
		switch {
		case kind == "--- PASS: " && elapsed.MatchString(rest):
			t.passed = true
		case kind == "--- FAIL: " && elapsed.MatchString(rest):
			t.failed = true
		case kind == "--- SKIP: " && elapsed.MatchString(rest):
			t.skipped = true
		case kind == "=== ATTR  " && strings.HasPrefix(rest, " needs "):
			t.needs = append(t.needs, strings.TrimPrefix(rest, " needs "))
		case kind == "=== ATTR  " && strings.HasPrefix(rest, " helper "):
			t.helper = rest == " helper runs"
		case kind == "=== ARTIFACTS " && strings.HasPrefix(rest, " "):
			t.artifacts = strings.TrimPrefix(rest, " ")
		}
	}
	t.printed = strings.TrimSuffix(strings.TrimSpace(printed.String()), "\nPASS")
	t.printed = strings.TrimSuffix(t.printed, "FAIL")
	return t
}

// elapsed follows the name of a test that has ended.
var elapsed = regexp.MustCompile(`^ \(\d+\.\d+s\)$`)
