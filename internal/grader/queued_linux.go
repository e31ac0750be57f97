package grader

import (
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
	for _, pid := range members(p.Pid) {
		// See Documentation/scheduler/sched-stats.rst of Linux.
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
		for _, name := range threads {
			var ran, waited time.Duration
			data, _ := os.ReadFile(name)
			if n, _ := fmt.Sscan(string(data), &ran, &waited); n == 2 { // nanoseconds both
				running += ran
				waiting += waited
			}
		}
	}
	if all := running + waiting; all > took { // of several threads at once
		return time.Duration(float64(took) * float64(waiting) / float64(all))
	}
	return waiting
}

// members returns the processes of a group.
func members(group int) (pids []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		data, _ := os.ReadFile(name) // it may have ended
		// Behind the name, which may hold anything: state, parent, group.
		after := string(data[strings.LastIndexByte(string(data), ')')+1:])
		fields := strings.Fields(after)
		if len(fields) < 3 || fields[2] != strconv.Itoa(group) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
