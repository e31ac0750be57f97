package shop

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"sync"
	"time"
)

// A service is one process, and all that it starts.
type service struct {
	cmd     *exec.Cmd
	binary  binary
	out     *output
	tree    tree
	started time.Time

	mu      sync.Mutex
	asked   time.Time // when it was asked to end, or killed; zero: never
	killed  bool
	waiting chan struct{} // closed when the process has ended, its children maybe not

	done  chan struct{} // closed when all of it has ended and its folder is gone
	ended Ended         // to be read after done
}

// startService runs a binary. It removes the binary when that has ended,
// unless it returns an error.
func startService(b binary, dir string, env []string, emit func(string)) (*service, error) {
	sv := &service{binary: b, waiting: make(chan struct{}), done: make(chan struct{})}
	sv.cmd = exec.Command(b.path)
	sv.cmd.Dir = dir
	sv.cmd.Env = env
	prepare(sv.cmd)
	out, err := captureOutput(sv.cmd, emit)
	if err != nil {
		return nil, err
	}
	sv.out = out
	sv.started = time.Now()
	if err := sv.cmd.Start(); err != nil {
		out.close()
		return nil, err
	}
	sv.tree = holdTree(sv.cmd.Process.Pid, b.dir)
	out.started()
	go sv.wait()
	return sv, nil
}

// wait sees the process to its end, and cleans up behind it.
func (sv *service) wait() {
	defer close(sv.done)
	_ = sv.cmd.Wait() // its state tells all
	end := time.Now()
	close(sv.waiting)
	sv.tree.end() // what it has left running
	last := sv.out.finish()
	_ = sv.binary.remove() // a temporary folder; the system clears what is left

	sv.mu.Lock()
	defer sv.mu.Unlock()
	sv.ended = Ended{
		State:    sv.cmd.ProcessState.String(),
		ByItself: sv.asked.IsZero(),
		Killed:   sv.killed,
		Ran:      end.Sub(sv.started),
		Last:     last,
	}
	if !sv.asked.IsZero() {
		sv.ended.Took = end.Sub(sv.asked)
	}
}

func (sv *service) hasEnded() bool {
	select {
	case <-sv.waiting:
		return true
	default:
		return false
	}
}

// ready returns when the service accepts connections. On an error it has ended.
func (sv *service) ready(ctx context.Context, addr string, limit time.Duration) error {
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	again := time.NewTimer(0)
	defer again.Stop()
	for {
		select {
		case <-sv.waiting:
			<-sv.done
			return &StartError{Addr: addr, Ended: sv.ended}
		case <-ctx.Done():
			sv.kill()
			<-sv.done
			return context.Cause(ctx)
		case <-timeout.C:
			sv.kill()
			<-sv.done
			return &StartError{Addr: addr, Ended: sv.ended}
		case <-again.C:
			conn, err := net.DialTimeout("tcp", addr, time.Second)
			if err == nil {
				_ = conn.Close()
				return nil
			}
			again.Reset(15 * time.Millisecond)
		}
	}
}

// stop asks the service to end, and kills it when limit is over or ctx done.
func (sv *service) stop(ctx context.Context, limit time.Duration) Ended {
	if !sv.askToEnd() {
		sv.kill()
	}
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	select {
	case <-sv.waiting:
	case <-ctx.Done():
		sv.kill()
	case <-timeout.C:
		sv.kill()
	}
	<-sv.done
	return sv.ended
}

// askToEnd reports whether the service was asked, or has ended already.
func (sv *service) askToEnd() bool {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	if sv.hasEnded() {
		return true
	}
	sv.asked = time.Now()
	err := askToEnd(sv.cmd.Process)
	return err == nil || errors.Is(err, os.ErrProcessDone)
}

// kill ends the service at once, with all that it has started.
func (sv *service) kill() {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	if sv.hasEnded() {
		return
	}
	if sv.asked.IsZero() {
		sv.asked = time.Now()
	}
	sv.killed = true
	sv.tree.kill()
}
