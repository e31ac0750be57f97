package demo_test

import (
	"fmt"
	"os"
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
