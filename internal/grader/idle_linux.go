package grader

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
)

// manyPerCore is how many checks may run at a time for each processor.
const manyPerCore = 16

// idle reports whether a processor has nothing to do: fewer threads of this
// machine than it has processors can run, not counting the one that asks.
func idle() bool {
	// The fourth field is "runnable/all", see proc_loadavg(5).
	data, _ := os.ReadFile("/proc/loadavg")
	fields := bytes.Fields(data)
	var runnable int
	if len(fields) < 4 {
		return false
	}
	n, _ := fmt.Sscanf(string(fields[3]), "%d/", &runnable)
	return n == 1 && runnable-1 < runtime.NumCPU()
}
