package grader

import (
	"math/rand/v2"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// addressSpace is what a check may map, in bytes. A right one maps 1.6 GiB,
// nearly all of it never touched.
const addressSpace = 8 << 30

// A family is a check's process and all that come from it.
//
// A limit to the memory keeps a check that allocates without end from taking
// the machine with it: it crashes instead. That limit passes on to every child,
// whatever session it goes to and whatever it does to its environment, and
// nobody but root can raise it again. So it is also what a family is known by:
// no two have the same. A child that lowers its own limit gets away.
type family struct {
	p     *os.Process
	limit uint64
}

// hold makes p the first of a family. Where the limit can't be set, the group
// is all that is known.
func hold(p *os.Process) family {
	f := family{p, addressSpace + rand.Uint64N(addressSpace/8)}
	limit := unix.Rlimit{Cur: f.limit, Max: f.limit}
	if unix.Prlimit(p.Pid, unix.RLIMIT_AS, &limit, nil) != nil {
		f.limit = 0
	}
	return f
}

// end kills whoever is left, which is nobody mostly.
func (f family) end() {
	_ = killGroup(f.p)
	known := make(map[int]bool)
	for again := f.limit != 0; again; { // who is killed may have had a child just before
		again = false
		for _, pid := range f.members() {
			if !known[pid] {
				known[pid], again = true, true
				_ = unix.Kill(pid, unix.SIGKILL)
			}
		}
	}
}

func (f family) members() (pids []int) {
	proc, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer proc.Close()
	names, _ := proc.Readdirnames(-1)
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		var limit unix.Rlimit
		if err == nil && unix.Prlimit(pid, unix.RLIMIT_AS, nil, &limit) == nil && limit.Max == f.limit {
			pids = append(pids, pid)
		}
	}
	return pids
}
