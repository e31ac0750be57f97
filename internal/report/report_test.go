package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/finding"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "if the change is meant: go test ./internal/report -update")
}

func check(number, id, title, rule string) lesson.Check {
	return lesson.Check{Step: "02-handler-spans", ID: id, Number: number, Title: title, Rule: rule}
}

func further(c lesson.Check) lesson.Check { c.Further = true; return c }

var (
	pass = grader.Result{Check: check("2.4", "stable-span-names", "Keep span names few", "A span's name should not contain ids."), Outcome: grader.Pass, Duration: 12 * time.Millisecond}
	fail = grader.Result{
		Check:   check("2.1", "child-span", "Draw a child span", "A child span should carry on its parent's trace."),
		Outcome: grader.Fail, Summary: "load order is in a trace of its own", Duration: 40 * time.Millisecond,
		Finding: &finding.Finding{
			Want:  "GET /orders/{id}\n└─ load order",
			Got:   "GET /orders/{id}          trace 4bf92f35\nload order                trace 9c1e07aa   ← a trace of its own",
			Cause: "This happens when a span is started from context.Background() instead of the request's context:\n\n    ctx, span := tracer.Start(r.Context(), \"load order\")",
			File:  "steps/02-handler-spans/handler.go", Line: 31,
		},
		Output: "the handler ran\n",
		Traces: []byte(`{"resourceSpans":[]}`), Metrics: []byte("not JSON \x1b[2J"),
	}
	failBare = grader.Result{Check: check("2.3", "span-attributes", "Say which order", "The load order span should carry `app.order.id`."), Outcome: grader.Fail, Summary: "handler_test.go:31: answered 500", Output: "boom\n" + strings.Repeat("and on ", 12) + "\n"}
	blocked  = grader.Result{Check: check("2.2", "context-passed", "Pass the context on", "Every call that takes time should get the request's context."), Outcome: grader.Blocked, BlockedBy: "child-span", Summary: "it needs child-span"}
	crashed  = grader.Result{
		Check:   check("2.5", "payment-in-trace", "Carry the trace on to the payment API", "The call of the payment API should carry the trace on, in a traceparent header, so that the payment API's own spans belong to it."),
		Outcome: grader.Crashed, Summary: "panic: runtime error: invalid memory address or nil pointer dereference",
		Stack:  "(*Payments).State\n    steps/02-handler-spans/payments.go:44\n(*handler).ServeHTTP\n    steps/02-handler-spans/handler.go:52",
		Output: strings.Repeat("asking the payment API\n", 25),
	}
	timedOut  = grader.Result{Check: check("2.6", "errors-recorded", "Record errors", "A failure should set the span's status to Error."), Outcome: grader.TimedOut, Summary: "no end after 10 s", Stack: "(*Payments).State\n    steps/02-handler-spans/payments.go:39"}
	notBuilt  = grader.Result{Check: check("2.7", "not-found-is-no-error", "Leave 404 alone", "An unknown order should be no error."), Outcome: grader.DoesNotBuild}
	notJudged = grader.Result{Check: further(check("2.8", "payment-span-ends", "Close the body", "The client span should end.")), Outcome: grader.NotJudged, Summary: "port 4318 is held by another program (pid 4711)"}
	hostile   = grader.Result{
		Check:   further(check("2.9", "baggage-stays-home", "Keep baggage home", "Baggage should stay home.")),
		Outcome: grader.Crashed, Summary: "\x1b]0;owned\x07\x1b[2Jexit\nstatus 3",
		Stack:  "main\x1b[31mred\x1b[0m.go:1\r\n\u202etxt.exe",
		Output: "✓ baggage-stays-home   Baggage should stay home.\n\x1b[1;32mgreen\x1b[0m \u009b2J\x00\x08 \xff\ttab\rover",
	}
)

func report(results ...grader.Result) grader.Report {
	return grader.Report{
		Step:    lesson.Step{Number: 2, Name: "02-handler-spans", Title: "Spans in a handler"},
		Sources: "1f2e3d", Results: results, Duration: 1234 * time.Millisecond,
	}
}

func all() grader.Report {
	return report(fail, blocked, failBare, pass, crashed, timedOut, notJudged, hostile)
}

// one is the report on a check that was graded alone, of a step with others.
func one(r grader.Result) grader.Report {
	rep := report(r)
	rep.Step.Checks = []lesson.Check{r.Check, blocked.Check, pass.Check}
	return rep
}

func broken() grader.Report {
	a, b := notBuilt, notBuilt
	b.Check = further(check("2.8", "payment-span-ends", "Close the body", "The client span should end."))
	r := report(a, b)
	r.Build = "steps/02-handler-spans/handler.go:31:2: declared and not used: span\nsteps/02-handler-spans/handler.go:40:9: undefined: tracer\x1b[0m\n"
	return r
}

func TestFinding(t *testing.T) {
	for name, res := range map[string]grader.Result{
		"pass": pass, "fail": fail, "fail-bare": failBare, "blocked": blocked, "crashed": crashed,
		"timed-out": timedOut, "does-not-compile": notBuilt, "not-judged": notJudged, "hostile": hostile,
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			require.NoError(t, Finding(&b, res, Options{Width: 72}))
			golden(t, "finding-"+name, b.String())
		})
	}
}

func TestText(t *testing.T) {
	core := func(r grader.Result) grader.Result { r.Check.Further = false; return r }
	for name, tt := range map[string]struct {
		report grader.Report
		opts   Options
	}{
		"all":              {all(), Options{Width: 80}},
		"all-full":         {all(), Options{Full: true}},
		"all-narrow":       {all(), Options{Width: 40}},
		"all-color":        {all(), Options{Width: 80, Color: true}},
		"does-not-compile": {broken(), Options{Width: 80}},
		"passed":           {report(pass, offered(pass)), Options{Width: 80}},
		"core-passed":      {report(pass, offered(fail)), Options{Width: 80}},
		"not-judged":       {report(core(notJudged), pass), Options{Width: 80}},
		"empty":            {report(), Options{Width: 80}},
		"one-further":      {one(offered(fail)), Options{Width: 80}},
		"one-core":         {one(pass), Options{Width: 80}},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			require.NoError(t, Text(&b, tt.report, tt.opts))
			golden(t, "text-"+name, b.String())
		})
	}
}

// Nothing is said of checks that were not graded.
func TestTheCoreIsDoneOnlyWhenAllOfItWasGraded(t *testing.T) {
	for _, tt := range []struct {
		name string
		r    grader.Report
		done bool
	}{
		{"one further check", one(offered(fail)), false},
		{"one core check", one(pass), false},
		{"the core and a further check", report(pass, offered(fail)), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			require.NoError(t, Text(&b, tt.r, Options{}))
			require.Equal(t, tt.done, strings.Contains(b.String(), "core is done"), b.String())
		})
	}
	var b strings.Builder
	require.NoError(t, JSON(&b, one(offered(fail))))
	require.Contains(t, b.String(), `"passed": false`)
}

func offered(r grader.Result) grader.Result { r.Check = further(r.Check); return r }

func TestBrief(t *testing.T) {
	narrow := Options{Width: 60}
	require.Equal(t, ""+
		"✗ 2.1 child-span   This happens when a span is started from\n"+
		"  context.Background() instead of the request's context", Brief(fail, narrow))
	require.Equal(t, "⊘ 2.2 context-passed   fix child-span first", Brief(blocked, narrow))
	require.Equal(t, "✗ 2.3 span-attributes   handler_test.go:31: answered 500", Brief(failBare, narrow))
	require.Equal(t, "… 2.6 errors-recorded   no end after 10 s", Brief(timedOut, narrow))
	colored := Options{Width: 60, Color: true}
	require.Equal(t, Brief(fail, narrow), ansi.Strip(Brief(fail, colored)))
	require.NotContains(t, Brief(hostile, narrow), "\x1b")
}

func TestMarksAreTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range []grader.Outcome{grader.Pass, grader.Fail, grader.Blocked, grader.DoesNotBuild, grader.Crashed, grader.TimedOut, grader.NotJudged} {
		mark, style := Mark(o)
		require.Equal(t, 1, utf8.RuneCountInString(mark), o)
		require.False(t, seen[mark], mark)
		require.NotEqual(t, Plain, style)
		seen[mark] = true
	}
}

// TestNothingRaw feeds every control character through every format.
func TestNothingRaw(t *testing.T) {
	var evil strings.Builder
	evil.WriteString("\x1b[31m\x1b]8;;http://x\x1b\\\x1bP1\x1b\\\xff")
	for r := rune(0); r < 0xa0; r++ {
		evil.WriteRune(r)
	}
	evil.WriteString("\u202e\u2066\ufffe]]>")
	e := evil.String()
	for _, outcome := range []grader.Outcome{grader.Pass, grader.Fail, grader.Blocked, grader.DoesNotBuild, grader.Crashed, grader.TimedOut, grader.NotJudged} {
		res := grader.Result{
			Check: check("2.1", "child-span", "Title", "Rule."), Outcome: outcome,
			Summary: e, BlockedBy: e, Stack: e, Output: e, Traces: []byte(e),
			Finding: &finding.Finding{Want: e, Got: e, Cause: e, File: e, Line: 1},
		}
		bare := res
		bare.Finding = nil
		r := report(res, bare)
		r.Build = e
		plain := report(res, bare)
		for name, draw := range map[string]func(w io.Writer) error{
			"text":     func(w io.Writer) error { return Text(w, r, Options{Full: true}) },
			"text 2":   func(w io.Writer) error { return Text(w, plain, Options{Full: true, Width: 60}) },
			"json":     func(w io.Writer) error { return JSON(w, r, plain) },
			"junit":    func(w io.Writer) error { return JUnit(w, r, plain) },
			"markdown": func(w io.Writer) error { return Markdown(w, "", r, plain) },
		} {
			var b bytes.Buffer
			require.NoError(t, draw(&b))
			require.True(t, utf8.Valid(b.Bytes()))
			if name == "junit" {
				require.NoError(t, xml.Unmarshal(b.Bytes(), &junitSuites{}))
			}
			for _, c := range b.String() {
				require.False(t, c != '\n' && (unicode.IsControl(c) || turns(c)), "%s, %s: %U", name, outcome, c)
			}
		}
	}
}

func TestColorIsAllThatColorAdds(t *testing.T) {
	var plain, colored strings.Builder
	require.NoError(t, Text(&plain, all(), Options{Width: 80}))
	require.NoError(t, Text(&colored, all(), Options{Width: 80, Color: true}))
	require.NotEqual(t, plain.String(), colored.String())
	require.Equal(t, plain.String(), ansi.Strip(colored.String()))
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, JSON(&b, report(pass, fail, hostile), broken()))
	golden(t, "json", b.String())

	var doc struct {
		Reports []struct {
			Results []struct {
				Output, Outcome string
				Traces, Metrics any
			}
		}
	}
	require.NoError(t, json.Unmarshal(b.Bytes(), &doc))
	results := doc.Reports[0].Results
	require.Equal(t, map[string]any{"resourceSpans": []any{}}, results[1].Traces)
	require.Equal(t, string(fail.Metrics), results[1].Metrics)
	require.Equal(t, strings.ToValidUTF8(hostile.Output, "\ufffd"), results[2].Output, "nothing is lost but broken UTF-8")

	// A mistake that got through, and what the solution tells beside it.
	b.Reset()
	missed := fail
	missed.Finding = &finding.Finding{Missed: &finding.Missed{Diff: "broken/02-handler-spans/ctx-discarded.diff", Ran: []string{"TestOrder"}, Scene: "an order"}}
	missed.Right = grader.Right{Traces: []byte(`{"resourceSpans":[{}]}`)}
	require.NoError(t, JSON(&b, report(missed)))
	var told struct {
		Reports []struct {
			Results []struct {
				Finding finding.Finding
				Right   struct{ Traces, Metrics any }
			}
		}
	}
	require.NoError(t, json.Unmarshal(b.Bytes(), &told))
	require.Equal(t, missed.Finding, &told.Reports[0].Results[0].Finding)
	require.Equal(t, map[string]any{"resourceSpans": []any{map[string]any{}}}, told.Reports[0].Results[0].Right.Traces)

	b.Reset()
	require.NoError(t, JSON(&b))
	require.JSONEq(t, `{"version": 1, "reports": []}`, b.String())
}

func TestJUnit(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, JUnit(&b, all(), broken()))
	golden(t, "junit", b.String())

	var doc junitSuites
	require.NoError(t, xml.Unmarshal(b.Bytes(), &doc))
	require.Equal(t, 10, doc.Tests)
	require.Equal(t, 2, doc.Failures)
	require.Equal(t, 5, doc.Errors)
	for _, s := range doc.Suites {
		var failures, errs, skipped int
		for _, c := range s.Cases {
			if c.Failure != nil {
				failures++
			}
			if c.Error != nil {
				errs++
			}
			if c.Skipped != nil {
				skipped++
			}
		}
		require.Equal(t, []int{s.Tests, s.Failures, s.Errors, s.Skipped}, []int{len(s.Cases), failures, errs, skipped}, s.Name)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteErrorsAreReturned(t *testing.T) {
	require.EqualError(t, Text(full{}, all(), Options{}), "disk full")
	require.EqualError(t, Finding(full{}, fail, Options{}), "disk full")
	require.EqualError(t, JSON(full{}, all()), "disk full")
	require.EqualError(t, JUnit(full{}, all()), "disk full")
}
