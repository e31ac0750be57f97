package shop

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"unsafe"

	"golang.org/x/sys/windows"
)

// canAsk says that a program can be asked to end. Windows has no SIGTERM.
const canAsk = false

func prepare(*exec.Cmd) {}

func askToEnd(*os.Process) error { return errors.ErrUnsupported }

// killTree kills pid and the processes below it.
func killTree(pid int) error {
	return exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(pid)).Run()
}

// A tree is a process with all that it starts, in a job that the system ends
// when its last handle is closed: at the latest when we end, however that
// comes about.
type tree struct {
	pid int
	job windows.Handle // 0 where there is none
}

// holdTree puts pid into a job. Where that is not allowed there is none, and
// the service may outlive us when we are killed.
func holdTree(pid int, _ string) tree {
	t := tree{pid: pid}
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return t
	}
	if err := assign(job, pid); err != nil {
		_ = windows.CloseHandle(job)
		return t
	}
	t.job = job
	return t
}

func assign(job windows.Handle, pid int) error {
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{
			LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
		},
	}
	if _, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits))); err != nil {
		return err
	}
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(pid))
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseHandle(process) }()
	return windows.AssignProcessToJobObject(job, process)
}

func (t tree) kill() {
	if t.job != 0 && windows.TerminateJobObject(t.job, 1) == nil {
		return
	}
	_ = killTree(t.pid) // gone already: all the better
}

// end kills what the process has left behind.
func (t tree) end() {
	if t.job == 0 {
		return
	}
	t.kill()
	_ = windows.CloseHandle(t.job)
}
