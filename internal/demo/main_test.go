package demo_test

import (
	"testing"

	"go.uber.org/goleak"

	"otel.workshop/internal/variant"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const root = "../.."

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
