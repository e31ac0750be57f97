// Package scenes plays what can happen to the service of step 5, the handler of
// step 2 on the store of step 3, and writes down what it tells. It is linked into
// the learner's tests, and has no part in them: where a mistake got through, it
// shows what there was to be seen.
package scenes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/lib/pq"
	"go.opentelemetry.io/otel/baggage"

	"otel.workshop/internal/trial"
	handlerspans "otel.workshop/solutions/02-handler-spans"
)

// Main plays the scenes that the environment asks for, and ends the process. It
// returns when none are asked for.
func Main() {
	file, names, ok := strings.Cut(os.Getenv(trial.Scenes), "\n")
	_ = os.Unsetenv(trial.Scenes)
	if !ok {
		return
	}
	if err := write(file, strings.Split(names, "\n")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func write(file string, names []string) error {
	scenes, err := Play(names...)
	if err != nil {
		return err
	}
	data, err := json.Marshal(scenes)
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

// Play plays scenes, in this process: its providers are registered for good.
func Play(names ...string) ([]trial.Scene, error) {
	s, err := open()
	if err != nil {
		return nil, err
	}
	defer s.close()
	var scenes []trial.Scene
	for _, name := range names {
		play, ok := plays[name]
		if !ok {
			return nil, fmt.Errorf("there is no scene %q", name)
		}
		scenes = append(scenes, s.record(name, play))
	}
	return scenes, nil
}

// Orders of the database that some scenes ask for.
const (
	missing = 404 // there is none
	failing = 500 // asking for it fails
	slow    = 900 // it takes longer than its caller waits
)

var diskFull = &pq.Error{Code: "53100", Message: "could not extend file: no space left on device"}

// plays are what happens in each scene.
var plays = map[string]func(*service){
	trial.OrderThere:    func(s *service) { s.get(42) },
	trial.OrderNotThere: func(s *service) { s.get(missing) },
	trial.OrderWrapped: func(s *service) {
		s.says = func(_ string, err error) (string, error) { return "", fmt.Errorf("read the order: %w", err) }
		s.get(missing)
	},
	trial.StorePanics: func(s *service) {
		s.says = func(string, error) (string, error) { panic("out of luck") }
		s.get(42)
	},
	trial.DatabaseFails: func(s *service) { s.get(failing) },
	trial.CallerLeaves: func(s *service) {
		ctx, leave := context.WithCancel(context.Background())
		time.AfterFunc(takes, leave)
		s.getAs(ctx, baggage.Baggage{}, slow)
	},
	trial.PaymentsFail: func(s *service) {
		s.apiFails = true
		s.get(42)
	},
	trial.ThreeOrders: func(s *service) {
		for id := range 3 {
			s.get(42 + id)
		}
	},
	trial.ThreeFailures: func(s *service) {
		for n := range 3 {
			s.db.Fails[failing] = errors.New("dial tcp: lookup db: attempt " + fmt.Sprint(n+1))
			s.get(failing)
		}
		s.db.Fails[failing] = diskFull
	},
	trial.BaggageArrives: func(s *service) {
		bag, _ := baggage.Parse("customer=Ada") // which is well formed
		s.getAs(context.Background(), bag, 42)
	},
}

// orders is the store of the service, of which a scene may make something else.
type orders struct {
	handlerspans.Orders
	s *service
}

func (o orders) Status(ctx context.Context, id int64) (string, error) {
	status, err := o.Orders.Status(ctx, id)
	if o.s.says != nil {
		return o.s.says(status, err)
	}
	return status, err
}
