// Package watch notices that Go files were saved. It says so once per save, as
// soon as the editor has finished writing, and only when their content really
// is another one; no save is lost, on no file system.
package watch

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"
)

// A Watcher tells when the content of the Go files below some folders changes.
// Its methods may be called from several goroutines.
type Watcher struct {
	changes chan struct{}
	notice  atomic.Pointer[string]

	// The rest belongs to the goroutine that runs follow.
	files  *tree
	source *source // nil when files are polled alone
}

// A source tells of events in the folders that were added to it: fsnotify, or
// a test.
type source struct {
	events  <-chan fsnotify.Event
	errors  <-chan error
	add     func(folder string) error
	watched func() []string
	close   func() error
	every   time.Duration // how often to look at the files all the same
}

func openSource() (*source, error) {
	n, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	return &source{n.Events, n.Errors, n.Add, n.WatchList, n.Close, safetyNet}, nil
}

// Start watches the Go files in the folders and everything below them, until
// ctx is done. What is saved after Start has returned is noticed, so that a
// caller who starts first and then reads the files cannot miss anything. The
// folders have to exist; their sub folders may come and go. Names that Go
// ignores (testdata, and what begins with "." or "_") are ignored here too.
//
// Where the system offers no events, files are polled: see Notice.
func Start(ctx context.Context, folders ...string) (*Watcher, error) {
	return start(ctx, openSource, folders...)
}

func start(ctx context.Context, open func() (*source, error), folders ...string) (*Watcher, error) {
	files, err := newTree(folders)
	if err != nil {
		return nil, err
	}
	w := &Watcher{changes: make(chan struct{}, 1), files: files}
	if w.source, err = open(); err != nil {
		w.pollOnly(err)
	}
	before := w.look()
	go func() {
		defer w.pollOnly(nil)
		w.follow(ctx, before)
	}()
	return w, nil
}

// Changes returns the channel that says that something was saved. It holds one
// value at most: several saves before it is read are one change, and whoever
// reads the files after having received from it sees the latest of them. It is
// never closed.
func (w *Watcher) Changes() <-chan struct{} { return w.changes }

// Notice returns what a person should know about how files are watched, or "".
func (w *Watcher) Notice() string {
	if n := w.notice.Load(); n != nil {
		return *n
	}
	return ""
}

// look returns the sum of the files as they are now. Folders that are new are
// watched before they are read, so that nothing falls between the two.
func (w *Watcher) look() sum {
	if w.source == nil {
		return w.files.look(nil)
	}
	watched := map[string]bool{}
	for _, folder := range w.source.watched() {
		watched[folder] = true
	}
	var failed error
	s := w.files.look(func(folder string) {
		if failed == nil && !watched[folder] {
			failed = w.source.add(folder)
		}
	})
	if failed != nil && !gone(failed) {
		w.pollOnly(failed)
	}
	return s
}

// pollOnly gives up events because of err, if there is one to tell.
func (w *Watcher) pollOnly(err error) {
	if w.source != nil {
		_ = w.source.close() // nothing depends on it any more
		w.source = nil
	}
	if err != nil {
		notice := fmt.Sprintf("The system does not report saved files (%v), so they are looked at every %v instead. "+
			"On Linux, raise fs.inotify.max_user_watches or max_user_instances.", err, pollAlone)
		w.notice.Store(&notice)
	}
}
