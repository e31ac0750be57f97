package grader

import (
	"crypto/rand"
	"path/filepath"
	"strings"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/regular"
)

// An order is what a check's process is asked for, on its standard input. Its
// counterpart is checker/internal/receipt: the process reads the order before
// any learner's code runs, and answers with a file that has the nonce in it.
type order struct {
	nonce  string
	answer string // where the receipt goes
	test   string
	args   []string // also given as its arguments, which the learner's code can change
}

// orderVariable is the environment variable that announces an order.
const orderVariable = "WORKSHOP_RECEIPT"

// What a receipt says of the test.
const (
	passed  = "passed"
	skipped = "skipped"
	notRun  = "not run" // exactly once, to its end
	late    = "late"    // it did not pass, and the machine had kept it waiting
)

// newOrder asks a binary for the check c, whose files go into dir.
func newOrder(binary string, c lesson.Check, dir string) order {
	return order{
		nonce:  rand.Text(),
		answer: filepath.Join(dir, "receipt"),
		test:   c.TestName(),
		args: []string{
			binary,
			"-test.run=^" + c.TestName() + "$", "-test.v=test2json", "-test.paniconexit0",
			"-test.artifacts", "-test.outputdir=" + dir,
		},
	}
}

// String returns the order as the process reads it.
func (o order) String() string {
	parts := append([]string{o.nonce, o.answer, o.test}, o.args...)
	return strings.Join(parts, "\x00") + "\x00"
}

// receipt returns what the process has answered, "" when it can't prove it.
func (o order) receipt() string {
	text, err := regular.ReadFile(o.answer, 1<<10)
	if err != nil {
		return ""
	}
	became, ok := strings.CutPrefix(string(text), o.nonce+" ")
	if !ok {
		return ""
	}
	return became
}
