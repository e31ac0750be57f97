package handlerspans_test

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Fake time passes when everybody in the bubble waits for something that only
// the bubble can bring about. A lock is not such a thing, nor is a channel of
// the package: who waits for one while another holds it and sleeps makes the
// clock stand still. To serve one request after the other is slow, and not
// wrong.

// realTime is the environment variable that tells a process to play in real
// time.
const realTime = "WORKSHOP_REAL_TIME"

// afresh runs this process once more, in real time, and ends it unless all was
// well: here, somebody holds what the package has one of, and never wakes up.
func afresh(t *testing.T) {
	t.Helper()
	again := exec.Command(os.Args[0], os.Args[1:]...)
	again.Env = append(os.Environ(), realTime+"=1")
	again.Stdout, again.Stderr = os.Stdout, os.Stderr
	if err := again.Run(); again.ProcessState == nil {
		t.Fatal(err)
	}
	if code := again.ProcessState.ExitCode(); code != 0 {
		os.Exit(max(code, 1))
	}
}

// awaits waits until over is closed, and reports whether the clock stands
// still before. Where played goes up, it does not.
func awaits(over <-chan struct{}, played func() int64) (stands bool) {
	last, still := int64(-1), 0
	for {
		select {
		case <-over:
			return false
		case <-time.After(50 * time.Millisecond):
		}
		if now := played(); now != last || !standstill() {
			last, still = now, 0
		} else if still++; still == 3 {
			return true
		}
	}
}

// standstill reports whether nobody in the bubble does anything, and somebody
// waits for what is outside of it.
func standstill() (stands bool) {
	buf := make([]byte, 1<<20)
	for _, stack := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		head, _, _ := strings.Cut(stack, "\n")
		_, state, _ := strings.Cut(head, "[")
		switch {
		case !strings.Contains(state, "synctest bubble") || strings.Contains(state, "(durable)"):
		case strings.HasPrefix(state, "run"), strings.HasPrefix(state, "syscall"), strings.HasPrefix(state, "IO wait"):
			return false
		default:
			stands = true
		}
	}
	return stands
}
