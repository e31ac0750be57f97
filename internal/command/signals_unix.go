//go:build unix

package command

import (
	"os"
	"syscall"
)

// A terminal that is closed sends SIGHUP: nothing may be left running then.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}
