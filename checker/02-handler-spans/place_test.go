package handlerspans_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// A place is a line of the learner's code; the zero place is NewHandler.
type place struct {
	file string
	line int
}

// String returns the place as placeOf reads it.
func (p place) String() string { return fmt.Sprintf("%s:%d", p.file, p.line) }

// placeOf reads what String has returned.
func placeOf(text string) (p place) {
	if i := strings.LastIndex(text, ":"); i > 0 {
		p.file = text[:i]
		p.line, _ = strconv.Atoi(text[i+1:]) // it is a number
	}
	return p
}

// at returns a finding that points to the place.
func (p place) at(f finding.Finding) finding.Finding {
	if p.file == "" {
		return recorder.At(handlerspans.NewHandler, f)
	}
	f.File, f.Line = p.file, p.line
	return f
}

// innermost returns the learner's line that has called us.
func innermost() place {
	if all := callers(); len(all) > 0 {
		return all[0]
	}
	return place{}
}

// outermost returns the learner's line in which all of the call happens.
func outermost() place {
	if all := callers(); len(all) > 0 {
		return all[len(all)-1]
	}
	return place{}
}

// called reports whether a function is being executed.
func called(function string) bool {
	return slices.ContainsFunc(frames(), func(f runtime.Frame) bool { return f.Function == function })
}

// callers lists the learner's lines that are being executed, the innermost first.
func callers() (places []place) {
	for _, f := range frames() {
		if _, rel, ok := strings.Cut(filepath.ToSlash(f.File), "/steps/"); ok {
			places = append(places, place{"steps/" + rel, f.Line})
		}
	}
	return places
}

// stacks are those that were seen: one situation leads through the same lines
// as the next.
var stacks sync.Map

// frames lists what is being executed, the innermost first.
func frames() []runtime.Frame {
	var pcs [64]uintptr
	n := runtime.Callers(1, pcs[:])
	if known, ok := stacks.Load(pcs); ok {
		return known.([]runtime.Frame)
	}
	var all []runtime.Frame
	left := runtime.CallersFrames(pcs[:n])
	for more := true; more; {
		var frame runtime.Frame
		frame, more = left.Next()
		all = append(all, frame)
	}
	stacks.Store(pcs, all)
	return all
}
