package recorder

import (
	"reflect"
	"testing"
	"unsafe"

	"otel.workshop/checker/internal/receipt"
)

// attendance is what was seen of one test.
type attendance struct {
	runs    int
	passed  bool
	skipped bool
}

// attend looks on while m runs the test of that name. That m.Run returns 0 says
// nothing of it: so it does when no test was run at all.
//
// The package testing tells nobody which tests it has run, so this reaches for
// the field of M that lists them. Where there is none, nothing is seen to run,
// and nothing passes.
func attend(m *testing.M, name string) *attendance {
	var a attendance
	field := reflect.ValueOf(m).Elem().FieldByName("tests")
	if !field.IsValid() || field.Type() != reflect.TypeFor[[]testing.InternalTest]() {
		return &a
	}
	tests := *(*[]testing.InternalTest)(unsafe.Pointer(field.UnsafeAddr()))
	for i := range tests {
		test := tests[i].F
		if tests[i].Name != name {
			continue
		}
		tests[i].F = func(t *testing.T) {
			a.runs++
			t.Cleanup(func() { // after the test's own
				a.skipped = t.Skipped()
				a.passed = !t.Failed() && !a.skipped
			})
			test(t)
		}
	}
	return &a
}

// became says what to write on the receipt of a test, if all was well
// otherwise.
func (a *attendance) became() string {
	switch {
	case a.runs == 1 && a.passed:
		return receipt.Passed
	case a.runs == 1 && a.skipped:
		return receipt.Skipped
	}
	return receipt.NotRun
}
