package forward

import (
	"context"
	"strings"
	"sync"
)

// An Answer is what a backend makes of one signal.
type Answer struct {
	Signal string
	Why    string // it does not take it, as a clause; "" when it does
	Again  bool   // it might take it at another time
}

// Try sends a backend an empty request of each signal, which leaves nothing
// there, and returns its answers. The error is of the options.
func Try(ctx context.Context, o Options) ([]Answer, error) {
	b, err := newBackend(o.withDefaults())
	if err != nil {
		return nil, err
	}
	defer b.client.CloseIdleConnections()
	answers := make([]Answer, len(signals))
	var all sync.WaitGroup
	for i, signal := range signals {
		all.Go(func() {
			out := b.post(ctx, signal, nil, false, strings.Repeat("0", 16))
			answers[i] = Answer{Signal: signal, Again: out.again}
			if !out.taken {
				answers[i].Why = out.why
			}
		})
	}
	all.Wait()
	return answers, nil
}
