package web

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"otel.workshop/internal/bell"
	"otel.workshop/internal/demo"
	"otel.workshop/internal/variant"
)

// A stage is where demos are shown: one at a time, as each starts two services.
// It remembers the latest result of each mistake. Its methods may be called
// concurrently.
type stage struct {
	bell bell.Bell

	mu      sync.Mutex
	running string // the mistake that is being shown, by name; "" for none
	doing   string // what is being done for it
	shown   map[string]shown
	order   []string // of shown, the oldest first
}

// shown is what came of a demo.
type shown struct {
	result demo.Result
	err    error
}

// rememberedDemos is how many results a stage keeps: each has two sides'
// traces.
const rememberedDemos = 8

// begin takes the stage for a mistake, unless another one has it.
func (st *stage) begin(name string) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.running != "" {
		return fmt.Errorf("%s is being shown: wait for its end", st.running)
	}
	st.running, st.doing = name, "starting"
	st.forget(name)
	st.bell.Ring()
	return nil
}

// say tells what is being done.
func (st *stage) say(doing string) {
	st.mu.Lock()
	st.doing = doing
	st.mu.Unlock()
	st.bell.Ring()
}

// end leaves the stage with what was shown.
func (st *stage) end(name string, s shown) {
	st.mu.Lock()
	st.running, st.doing = "", ""
	if st.shown == nil {
		st.shown = make(map[string]shown)
	}
	if len(st.order) == rememberedDemos {
		st.forget(st.order[0])
	}
	st.shown[name], st.order = s, append(st.order, name)
	st.mu.Unlock()
	st.bell.Ring()
}

// forget drops a result. The caller holds mu.
func (st *stage) forget(name string) {
	delete(st.shown, name)
	st.order = slices.DeleteFunc(st.order, func(other string) bool { return other == name })
}

// look returns what there is to see of a mistake.
func (st *stage) look(name string) (running, doing string, s shown, ok bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	s, ok = st.shown[name]
	return st.running, st.doing, s, ok
}

// perform shows a mistake next to the right answer, until ctx is done.
func (s *Server) perform(ctx context.Context, v variant.Variant) {
	result, err := demo.Run(ctx, s.desk.Session().Root(), v, demo.Options{
		Progress: s.stage.say, Builds: s.builds, Collector: s.desk.Collector(),
	})
	s.stage.end(v.Name, shown{result, err})
}
