package recorder

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"otel.workshop/checker/internal/receipt"
	"otel.workshop/internal/finding"
)

// Fail ends the check and explains why: f becomes finding.json in the check's
// artifacts, where the grader finds it, or the log line of a run by hand.
func Fail(t testing.TB, f finding.Finding) {
	t.Helper()
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		t.Fatalf("encode the finding: %v", err)
	}
	write(t, "finding.json", data)
	if receipt.Wanted() {
		t.FailNow() // the grader draws it
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nwant\n%s\n\ngot\n%s\n", indent(f.Want), indent(f.Got))
	if f.Cause != "" {
		fmt.Fprintf(&b, "\n%s\n", f.Cause)
	}
	if f.File != "" {
		fmt.Fprintf(&b, "\n%s:%d\n", f.File, f.Line)
	}
	t.Fatal(b.String())
}

func indent(s string) string { return "    " + strings.ReplaceAll(s, "\n", "\n    ") }

// Needs declares that what follows relies on what other checks prove. A check
// that fails after it is called blocked, and the learner is sent to the first
// of those checks that does not pass. Call it where the evidence shows the
// dependence, before Fail.
func Needs(t testing.TB, checks ...string) {
	for _, id := range checks {
		t.(interface{ Attr(key, value string) }).Attr("needs", id)
	}
}

// At returns a finding that points to the function fn of the learner's code.
func At(fn any, f finding.Finding) finding.Finding {
	pc := reflect.ValueOf(fn).Pointer()
	file, line := runtime.FuncForPC(pc).FileLine(pc)
	if _, rel, ok := strings.Cut(filepath.ToSlash(file), "/steps/"); ok {
		f.File, f.Line = "steps/"+rel, line
	}
	return f
}

// PackageOf returns the path of the package that the function fn is from.
func PackageOf(fn any) string {
	name := runtime.FuncForPC(reflect.ValueOf(fn).Pointer()).Name()
	slash := strings.LastIndex(name, "/")
	dot := strings.Index(name[slash+1:], ".")
	return name[:slash+1+dot]
}

// write puts a file beside the check's other artifacts.
func write(t testing.TB, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(t.ArtifactDir(), name), data, 0o600); err != nil {
		t.Errorf("keep what the check saw: %v", err)
	}
}
