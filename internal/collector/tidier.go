package collector

import (
	"runtime/debug"
	"sync"
	"time"
)

// A tidier returns memory to the system after much of it was used: otherwise
// that could take minutes.
type tidier struct {
	mu    sync.Mutex
	timer *time.Timer
}

// soon tidies up when it has not been called for a second.
func (t *tidier) soon() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer == nil {
		t.timer = time.AfterFunc(time.Second, debug.FreeOSMemory)
	} else {
		t.timer.Reset(time.Second)
	}
}

func (t *tidier) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer != nil {
		t.timer.Stop()
	}
}
