package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"otel.workshop/internal/finding"
	"otel.workshop/internal/grader"
)

// The field names below are a promise: scripts and dashboards read them. New
// ones may come; none changes its meaning while "version" is 1.
type (
	document struct {
		Version int          `json:"version"`
		Reports []jsonReport `json:"reports"`
	}
	jsonReport struct {
		Step          jsonStep     `json:"step"`
		Sources       string       `json:"sources"`         // a hash of what was graded
		Passed        bool         `json:"passed"`          // all core checks that were graded; without any, the further ones
		PassedFurther bool         `json:"passed_further"`  // the further ones too
		Build         string       `json:"build,omitempty"` // the compiler's messages
		Results       []jsonResult `json:"results"`
		Seconds       float64      `json:"duration_seconds"`
	}
	jsonStep struct {
		Number int    `json:"number"`
		Name   string `json:"name"`
		Title  string `json:"title"`
	}
	jsonResult struct {
		Check     string           `json:"check"` // "01/service-name"
		ID        string           `json:"id"`
		Number    string           `json:"number"`
		Title     string           `json:"title"`
		Rule      string           `json:"rule"`
		Further   bool             `json:"further"`
		Test      string           `json:"test"`    // "TestServiceName"
		Lesson    string           `json:"lesson"`  // path and anchor
		Outcome   grader.Outcome   `json:"outcome"` // "pass", "fail", "blocked", "does not compile", "crashed", "timed out", "not judged"
		Summary   string           `json:"summary,omitempty"`
		BlockedBy string           `json:"blocked_by,omitempty"`
		Finding   *finding.Finding `json:"finding,omitempty"` // want, got, cause, file, line, caught, missed
		Known     string           `json:"known,omitempty"`   // the mistakes that fail in this very way
		Stack     string           `json:"stack,omitempty"`
		Output    string           `json:"output,omitempty"`
		Traces    json.RawMessage  `json:"traces,omitempty"`  // OTLP/JSON; a string if what the check left is not JSON
		Metrics   json.RawMessage  `json:"metrics,omitempty"` // likewise
		Right     *jsonRight       `json:"right,omitempty"`   // what the right service tells, beside that of finding.missed
		Seconds   float64          `json:"duration_seconds"`
	}
	jsonRight struct {
		Traces  json.RawMessage `json:"traces,omitempty"`
		Metrics json.RawMessage `json:"metrics,omitempty"`
	}
)

// JSON writes reports as one indented JSON object: {"version": 1, "reports":
// [{"step": …, "passed": …, "results": [{"check": "01/service-name",
// "outcome": "pass", …}]}]}. What a check saw stands in it as OTLP/JSON, not
// as text. Text from outside is escaped, not cleaned: nothing is lost, and
// nothing reaches a terminal raw. Errors are w's.
func JSON(w io.Writer, reports ...grader.Report) error {
	doc := document{Version: 1, Reports: []jsonReport{}}
	for _, r := range reports {
		out := jsonReport{
			Step:    jsonStep{r.Step.Number, r.Step.Name, r.Step.Title},
			Sources: r.Sources, Passed: passed(r), PassedFurther: r.Passed(true),
			Build: r.Build, Results: []jsonResult{}, Seconds: r.Duration.Seconds(),
		}
		for _, res := range r.Results {
			c := res.Check
			out.Results = append(out.Results, jsonResult{
				Check: c.FullID(), ID: c.ID, Number: c.Number, Title: c.Title, Rule: c.Rule,
				Further: c.Further, Test: c.TestName(), Lesson: c.Lesson(),
				Outcome: res.Outcome, Summary: res.Summary, BlockedBy: res.BlockedBy,
				Finding: res.Finding, Known: res.Known, Stack: res.Stack, Output: res.Output,
				Traces: raw(res.Traces), Metrics: raw(res.Metrics), Right: right(res.Right), Seconds: res.Duration.Seconds(),
			})
		}
		doc.Reports = append(doc.Reports, out)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(doc); err != nil {
		return fmt.Errorf("write the report as JSON: %w", err)
	}
	_, err := w.Write(escape(b.Bytes()))
	return err
}

func right(r grader.Right) *jsonRight {
	if r.Traces == nil && r.Metrics == nil {
		return nil
	}
	return &jsonRight{raw(r.Traces), raw(r.Metrics)}
}

// raw embeds telemetry. The check's own process has written it, which a
// learner's code can disturb: what is not JSON becomes a string.
func raw(telemetry []byte) json.RawMessage {
	if len(telemetry) == 0 || json.Valid(telemetry) {
		return telemetry
	}
	s, _ := json.Marshal(string(telemetry)) // a string always can be
	return s
}

// escape escapes what encoding/json leaves raw although terminals obey it.
// Such characters stand in strings only, where \u means the same.
func escape(b []byte) []byte {
	var out bytes.Buffer
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r >= 0x7f && r <= 0x9f || turns(r) {
			fmt.Fprintf(&out, `\u%04x`, r)
		} else {
			out.Write(b[:n])
		}
		b = b[n:]
	}
	return out.Bytes()
}
