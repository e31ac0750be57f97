package command

import (
	"os"
	"syscall"
)

// Closing the console window arrives as SIGTERM.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM}

// readInBackground is for systems with job control.
func readInBackground() {}
