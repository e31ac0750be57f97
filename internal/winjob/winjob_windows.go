package winjob

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// A Job holds a process with all that it starts. The system ends it when its
// last handle is closed: at the latest when we end, however that comes about.
// The zero value holds nothing.
type Job struct{ handle windows.Handle }

// Hold puts the process pid into a new job. End it.
func Hold(pid int) (Job, error) {
	handle, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return Job{}, err
	}
	if err := assign(handle, pid); err != nil {
		_ = windows.CloseHandle(handle)
		return Job{}, err
	}
	return Job{handle}, nil
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

// Kill ends the processes of the job. It reports whether there is a job whose
// processes it could end.
func (j Job) Kill() bool {
	return j.handle != 0 && windows.TerminateJobObject(j.handle, 1) == nil
}

// End is Kill, and gives the job up.
func (j Job) End() bool {
	if j.handle == 0 {
		return false
	}
	killed := j.Kill()
	_ = windows.CloseHandle(j.handle)
	return killed
}
