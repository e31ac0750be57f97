// Package receipt proves that a check ran to its end. The grader writes a
// nonce to the check's standard input; it is read here before any learner's
// package is initialised, because this package imports next to nothing and its
// path sorts before theirs (the order in which Go initialises packages). Main
// hands the nonce back after every test has passed, so a process that ends in
// any other way has none to show, whatever it prints.
package receipt

import (
	"io"
	"os"
)

// File is the environment variable that names where the receipt goes. It is
// set by the grader alone.
const File = "WORKSHOP_RECEIPT"

var (
	path  string
	nonce []byte
)

func init() {
	if path = os.Getenv(File); path == "" {
		return
	}
	os.Unsetenv(File) // the check's own child processes are not graded
	nonce, _ = io.ReadAll(io.LimitReader(os.Stdin, 64))
}

// Wanted reports whether a grader waits for a receipt.
func Wanted() bool { return path != "" }

// Write hands the nonce back. Call it once, after the tests have passed.
func Write() error {
	return os.WriteFile(path, nonce, 0o600)
}
