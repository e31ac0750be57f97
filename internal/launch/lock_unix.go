//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package launch

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes the lock that the file name stands for, unless another process
// holds it. The system gives it back when that one ends, however it does. It is
// taken for granted where it can't be had at all: some network file systems know
// no locks.
func tryLock(name string) (unlock func(), ok bool) {
	free := func() {}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return free, true
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return free, !errors.Is(err, syscall.EWOULDBLOCK)
	}
	return func() { _ = f.Close() }, true
}
