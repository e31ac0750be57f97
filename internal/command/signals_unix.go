//go:build unix

package command

import (
	"os"
	"os/signal"
	"syscall"
)

// A terminal that is closed sends SIGHUP: nothing may be left running then.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

// readInBackground lets a process in the background go on when it reads from
// the terminal: it gets an error instead of being stopped.
func readInBackground() { signal.Ignore(syscall.SIGTTIN) }
