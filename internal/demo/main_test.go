package demo_test

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"otel.workshop/internal/demo"
	"otel.workshop/internal/variant"
)

const root = "../.."

// builds is shared by all tests.
var builds = demo.NewBuilds(root)

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "64"); err != nil { // tests wait for their turns
		panic(err)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(status int) {
		if err := builds.Close(); err != nil {
			fmt.Println(err)
			status = 1
		}
		os.Exit(status)
	}))
}

// find returns a variant of this repository.
func find(t *testing.T, name string) variant.Variant {
	t.Helper()
	all, err := variant.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	v, err := variant.Find(all, name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// turns are taken by demos that are played at the same time. Told figures are
// those of a machine that has a core for each.
var turns = make(chan struct{}, runtime.GOMAXPROCS(0))

// demoAgain runs a demo when it is its turn, or at once if it mostly waits.
func demoAgain(t *testing.T, v variant.Variant) (demo.Result, error) {
	t.Helper()
	s, err := demo.FindScenario(v.Scenario)
	if err != nil {
		return demo.Result{}, err
	}
	apart := func(a demo.Act) bool { return a.Apart > 0 }
	if s.Reach != demo.Hanging && s.Reach != demo.Stalling && !slices.ContainsFunc(s.Acts, apart) {
		turns <- struct{}{}
		defer func() { <-turns }()
	}
	return demo.Run(t.Context(), root, v, demo.Options{Builds: builds})
}

// demoOnce runs a demo, unless another test has already looked at it.
func demoOnce(t *testing.T, v variant.Variant) (demo.Result, error) {
	t.Helper()
	run, _ := seen.LoadOrStore(v.Name+" "+v.Scenario, sync.OnceValues(func() (demo.Result, error) { return demoAgain(t, v) }))
	return run.(func() (demo.Result, error))()
}

// seen is what demoOnce has run, or is running.
var seen sync.Map
