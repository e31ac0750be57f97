package launch

import (
	"errors"
	"syscall"
)

// sharingViolation is ERROR_SHARING_VIOLATION: somebody else has the file open.
const sharingViolation = syscall.Errno(32)

// tryLock takes the lock that the file name stands for, unless another process
// holds it: it opens the file and shares it with nobody. The system closes it
// when the process ends, however it does.
func tryLock(name string) (unlock func(), ok bool) {
	free := func() {}
	path, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return free, true
	}
	handle, err := syscall.CreateFile(path, syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return free, !errors.Is(err, sharingViolation)
	}
	return func() { _ = syscall.CloseHandle(handle) }, true
}
