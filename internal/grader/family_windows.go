package grader

import (
	"os"

	"otel.workshop/internal/winjob"
)

// A family is a check's process and all that come from it, in a job.
type family struct {
	p   *os.Process
	job winjob.Job
}

// hold makes p the first of a family. Where it can't have a job, the processes
// below it are all that is known.
func hold(p *os.Process) family {
	job, _ := winjob.Hold(p.Pid)
	return family{p, job}
}

// end kills whoever is left, which is nobody mostly.
func (f family) end() {
	if !f.job.End() {
		_ = killGroup(f.p)
	}
}
