// Package receipt proves that a check has run to its end. A grader writes an
// order to the check's standard input: a nonce, and what is to be run. It is
// read here before any learner's package is initialised: Go initialises, of
// the packages whose imports are ready, the one first whose path sorts first,
// and this one imports next to nothing. When the check has ended, its TestMain
// hands the nonce back, so a process that ends in any other way has none to
// show, whatever it prints and whatever it makes of its arguments.
//
// Only the packages below checker/ can import this one. That keeps the nonce
// from code that asks for it; code that searches the memory of its own process
// finds it, as the two share one.
package receipt

import (
	"errors"
	"runtime"
	"syscall"
)

// Variable is the environment variable that says that an order stands in the
// standard input. It is set by the grader alone.
const Variable = "WORKSHOP_RECEIPT"

// What a receipt can say of the test that was ordered.
const (
	Passed  = "passed"
	Skipped = "skipped"
	NotRun  = "not run"
	Late    = "late" // it did not pass, and the machine had kept it waiting
)

// An order is what a grader writes, each part ended by a zero byte.
var (
	wanted bool
	test   string
	args   []string
	write  = order() // holds the nonce; a variable of its own could be had by its name
)

// Wanted reports whether a grader waits for a receipt.
func Wanted() bool { return wanted }

// Test returns the name of the test that was ordered.
func Test() string { return test }

// Args returns the process's arguments as the grader gave them, the program's
// name first.
func Args() []string { return args }

// Write hands the nonce back and says what became of the test. It does so for
// recorder.Main alone, called by TestMain.
func Write(became string) error { return write(became) }

// order reads the order and returns how to answer it.
func order() func(became string) error {
	refuse := func(string) error { return errors.New("no grader waits for a receipt") }
	if _, wanted = syscall.Getenv(Variable); !wanted {
		return refuse
	}
	_ = syscall.Unsetenv(Variable) // the check's own child processes are not graded
	parts := read()
	if len(parts) < 3 {
		return refuse // it is no order of the grader's
	}
	nonce, path := parts[0], parts[1]
	test, args = parts[2], parts[3:]
	return func(became string) error {
		if !asked() {
			return errors.New("a receipt is for recorder.Main to write")
		}
		return put(path, nonce+" "+became)
	}
}

// read returns the parts of the standard input.
func read() (parts []string) {
	const most = 64 << 10
	var all []byte
	for buf := make([]byte, 4096); len(all) < most; {
		n, err := syscall.Read(syscall.Stdin, buf)
		if err == syscall.EINTR {
			continue
		}
		if n <= 0 || err != nil {
			break
		}
		all = append(all, buf[:n]...)
	}
	start := 0
	for i, b := range all {
		if b == 0 {
			parts = append(parts, string(all[start:i]))
			start = i + 1
		}
	}
	return parts
}

// put writes a file, with no more than package syscall.
func put(path, text string) error {
	fd, err := syscall.Open(path, syscall.O_WRONLY|syscall.O_CREAT|syscall.O_EXCL|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return err
	}
	_, err = syscall.Write(fd, []byte(text))
	return errors.Join(err, syscall.Close(fd))
}

// asked reports whether it was main, TestMain and recorder.Main, in that
// order, that have led to Write.
func asked() bool {
	var pcs [16]uintptr
	// Skipped are Callers, asked, and the function that order returns.
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for _, want := range []string{"otel.workshop/checker/internal/receipt.Write", "otel.workshop/checker/recorder.Main"} {
		if f, _ := frames.Next(); f.Function != want {
			return false
		}
	}
	for {
		f, more := frames.Next()
		if f.Function == "main.main" {
			return true
		}
		if !more || !isTestMain(f.Function) {
			return false
		}
	}
}

func isTestMain(function string) bool {
	const suffix = ".TestMain"
	return len(function) > len(suffix) && function[len(function)-len(suffix):] == suffix
}
