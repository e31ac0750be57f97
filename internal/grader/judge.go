package grader

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"otel.workshop/internal/lesson"
)

// judged is a result with the premises that its check declared.
type judged struct {
	Result
	needs []string
	late  bool // it failed, and the machine had kept it waiting
}

// judge turns evidence into an outcome.
func judge(c lesson.Check, ev evidence) judged {
	t := readTranscript(c.TestName(), ev.output)
	j := judged{Result: Result{Check: c, Output: beforeCrash(t.printed)}, needs: t.needs}
	a := artifacts{ev.dir, t.artifacts}
	j.Finding, j.Traces, j.Metrics = a.finding(), a.read("traces.json"), a.read("metrics.json")
	j.Right = Right{a.read("right-traces.json"), a.read("right-metrics.json")}
	switch {
	case ev.starved:
		j.Outcome, j.Again = NotJudged, true
		j.Summary = fmt.Sprintf("this machine is too busy: in %d s the check had a processor for %d s; close what keeps it busy, and check again", int(ev.took.Seconds()), int(ev.own.Seconds()))
	case ev.timedOut && learnerFrames(ev.output) == "" && t.helper:
		j.Outcome, j.Again = NotJudged, true
		j.Summary = fmt.Sprintf("a go command of the check's own has not ended after %d s, on a machine that is slow or busy: check again", int(ev.took.Seconds()))
	case ev.timedOut:
		j.Outcome, j.Stack = TimedOut, learnerFrames(ev.output)
		j.Summary = fmt.Sprintf("still running after %d s", int(ev.took.Seconds()))
		switch {
		case j.Stack != "", !strings.Contains(ev.output, stacksFollow): // seen, or not to be seen here
		case ev.busy > ev.took/2:
			j.Summary += ", in none of your functions: is there a timer that never rests? (5 without a unit is five nanoseconds)"
		default:
			j.Summary += ", waiting in none of your functions: does something wait without a deadline that they have begun?"
		}
	case ev.exit == 0 && ev.receipt == passed && t.passed:
		j.Outcome = Pass
	case ev.exit == 0 && ev.receipt == skipped && t.skipped:
		j.Outcome, j.Summary = NotJudged, lastLog(t.printed)
	case ev.signal != "":
		j.Outcome, j.Summary, j.Stack = Crashed, "it was killed: "+ev.signal, learnerFrames(ev.output)
	case panicked.MatchString(ev.output) && ev.exit == 2:
		j.Outcome, j.Summary, j.Stack = Crashed, panicLine(ev.output), learnerFrames(ev.output)
	case t.failed && ev.exit == 1:
		j.Outcome, j.late = Fail, ev.receipt == late
		if j.Finding == nil {
			j.Summary = lastLog(t.printed)
		}
	default:
		j.Outcome, j.Summary = Crashed, endedItself(ev, t)
	}
	return j
}

// endedItself says why there is no verdict although the process has ended
// without a crash.
func endedItself(ev evidence, t transcript) string {
	switch {
	case ev.exit == 0 && ev.receipt == notRun:
		return "its test was never run: does an init change flags of the testing package?"
	case ev.exit == 0 && ev.receipt != "":
		return "it ran to its end, but its last lines did not arrive: does your code close os.Stdout, or put another file in its place? The testing package reports there"
	}
	said := fmt.Sprintf("the process ended itself with status %d before the check was over: os.Exit and log.Fatal do that", ev.exit)
	if last := lastLog(t.printed); last != "" {
		said += fmt.Sprintf(" (its last words: %s)", last)
	}
	return said
}

// stacksFollow is how the Go runtime begins to print the stacks that it was
// asked for. Windows has no way to ask, and a program may take the signal away.
const stacksFollow = "SIGQUIT: quit"

// beforeCrash returns what was printed before the Go runtime began to report
// the crash: goroutines and registers are not for reading here.
func beforeCrash(printed string) string {
	if i := runtimeReport.FindStringIndex(printed); i != nil {
		return strings.TrimSpace(printed[:i[0]])
	}
	return printed
}

var runtimeReport = regexp.MustCompile(`(?m)^(SIGQUIT: quit|panic: |fatal error: |\tpanic: |runtime: goroutine stack exceeds )`)

// panicked matches how the Go runtime begins to report a crash.
var panicked = regexp.MustCompile(`(?m)^(panic: |fatal error: |\tpanic: )`)

// panicLine returns the message of a crash, or what it means.
func panicLine(output string) string {
	i := panicked.FindStringIndex(output)
	if strings.HasPrefix(output[i[0]:], "fatal error: stack overflow") {
		return overflow(output)
	}
	return strings.TrimSuffix(firstLine(strings.TrimSpace(output[i[0]:])), " [recovered]")
}

// lastLog returns the last thing that a check printed, without the place where
// the testing package says it was printed from.
func lastLog(printed string) string {
	lines := strings.Split(strings.TrimSpace(printed), "\n")
	return logPlace.ReplaceAllString(strings.TrimSpace(lines[len(lines)-1]), "")
}

var logPlace = regexp.MustCompile(`^\w+\.go:\d+: `)

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// premises returns checks that a failing check relies on and that have not
// been graded yet.
func premises(step lesson.Step, graded []judged) []lesson.Check {
	var missing []lesson.Check
	for _, c := range step.Checks {
		done := slices.ContainsFunc(graded, func(j judged) bool { return j.Check.ID == c.ID })
		wanted := slices.ContainsFunc(graded, func(j judged) bool { return j.Outcome == Fail && slices.Contains(j.needs, c.ID) })
		if wanted && !done {
			missing = append(missing, c)
		}
	}
	return missing
}

// block turns failures whose premise does not pass into blocked ones. The
// lesson's order decides which premise is named, and that order guarantees
// that the named one is not itself blocked by a later one.
func block(step lesson.Step, graded []judged) {
	find := func(id string) *judged {
		i := slices.IndexFunc(graded, func(j judged) bool { return j.Check.ID == id })
		if i < 0 {
			return nil
		}
		return &graded[i]
	}
	for _, c := range step.Checks {
		j := find(c.ID)
		if j == nil || j.Outcome != Fail {
			continue
		}
		for _, premise := range step.Checks {
			p := find(premise.ID)
			if p == nil || p == j || p.BlockedBy == c.ID || !slices.Contains(j.needs, premise.ID) || p.Outcome == Pass || p.Outcome == NotJudged {
				continue
			}
			j.Outcome, j.BlockedBy = Blocked, p.Check.ID
			if p.Outcome == Blocked {
				j.BlockedBy = p.BlockedBy
			}
			j.Summary = "waits for " + j.BlockedBy
			break
		}
	}
}
