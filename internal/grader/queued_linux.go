package grader

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// queued returns how much of the time that p and the processes of its group
// have taken so far went by while they could have run and had no processor.
// Where the kernel does not count that, it is nothing.
func queued(p *os.Process, took time.Duration) time.Duration {
	var running, waiting time.Duration
	runnable := false
	all := members(p.Pid)
	if len(all) == 0 {
		return took // it has just ended: whoever waits for that is in a queue, too
	}
	for _, pid := range all {
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
		for _, dir := range threads {
			// See Documentation/scheduler/sched-stats.rst of Linux.
			var ran, waited time.Duration
			data, _ := os.ReadFile(dir + "/schedstat")
			if n, _ := fmt.Sscan(string(data), &ran, &waited); n == 2 { // nanoseconds both
				running += ran
				waiting += waited
				fields := stat(dir)
				runnable = runnable || fields[0] == "R"
			}
		}
	}
	switch all := running + waiting; {
	case all == 0:
		return 0
	case all > took: // of several threads at once
		return time.Duration(float64(took) * float64(waiting) / float64(all))
	case runnable:
		// Who is in the queue now has been there for a time that is counted only
		// when it has an end: what it has run for sure is all that is known.
		return took - running
	}
	return waiting
}

// members returns the processes of a group.
func members(group int) (pids []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		dir := filepath.Dir(name)
		if stat(dir)[2] != strconv.Itoa(group) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// stat returns what a process's or a thread's folder says of it: its state, its
// parent, its group. All is empty when it has ended.
func stat(dir string) (fields [3]string) {
	data, _ := os.ReadFile(dir + "/stat")
	// They stand behind the name, which may hold anything.
	copy(fields[:], strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:])))
	return fields
}
