package demo_test

import (
	"fmt"
	"os"
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

// demoAgain runs a demo.
func demoAgain(t *testing.T, v variant.Variant) (demo.Result, error) {
	t.Helper()
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
