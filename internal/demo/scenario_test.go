package demo_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/demo"
	"otel.workshop/internal/shop"
	"otel.workshop/internal/variant"
)

// A variant's trailer names a scenario that there is, and that can happen to it.
func TestEveryVariantHasAScenario(t *testing.T) {
	variants, err := variant.Load(root)
	require.NoError(t, err)
	require.NotEmpty(t, variants)
	for _, v := range variants {
		_, err := demo.ScenarioOf(v)
		if variant.IsTests(v.Step) {
			require.ErrorContains(t, err, "go run . break "+v.Name)
			continue
		}
		require.NoError(t, err)
	}
}

func TestUnknownScenario(t *testing.T) {
	_, err := demo.ScenarioOf(variant.Variant{Name: "x", Path: "broken/02-y/x.diff", Step: "02-y", Scenario: "sigterms"})
	require.ErrorContains(t, err, "broken/02-y/x.diff")
	require.ErrorContains(t, err, "did you mean sigterm?")
	require.ErrorContains(t, err, "many-orders")

	_, err = demo.ScenarioOf(variant.Variant{Path: "broken/02-y/x.diff", Step: "02-y"})
	require.ErrorContains(t, err, `no scenario ""`)

	_, err = demo.ScenarioOf(variant.Variant{Path: "broken/01-y/x.diff", Step: "01-y", Scenario: "database-down"})
	require.ErrorContains(t, err, "needs neither")
}

func TestScenariosAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range demo.Scenarios() {
		require.False(t, seen[s.Name], s.Name)
		seen[s.Name] = true
		require.NotEmpty(t, s.Summary, s.Name)
		drawn := 0
		for _, a := range s.Acts {
			require.Positive(t, a.Requests, s.Name)
			require.Positive(t, a.Callers, s.Name)
			require.Positive(t, a.Orders, s.Name)
			if a.Draw {
				drawn++
			}
		}
		require.Equal(t, 1, drawn, "%s draws one request", s.Name)
	}
}

// What is wrong in a demo can be tried by hand, under the same name; and what
// can be tried by hand is shown in a demo.
func TestFaultsAreScenariosAndTheOtherWayRound(t *testing.T) {
	named := map[string]demo.Scenario{}
	for _, s := range demo.Scenarios() {
		named[s.Name] = s
	}
	for _, f := range shop.Faults() {
		s, ok := named[string(f)]
		require.True(t, ok, "no scenario is called %s", string(f))
		require.Equal(t, []shop.Fault{f}, s.Faults(), s.Name)
		delete(named, s.Name)
	}
	// What is left is done by callers and by SIGTERM, with these faults, if any.
	for name, want := range map[string][]shop.Fault{
		"traffic":              nil,
		"many-orders":          nil,
		"two-replicas":         nil,
		"default-collector":    nil, // which is what go run . run has without any fault
		"sigterm":              {shop.SlowPayment},
		"collector-stalls":     {shop.CollectorHangs},
		"long-outage":          {shop.CollectorHangs},
		"long-run":             {shop.SlowPayment},
		"collector-stays-down": {shop.CollectorDown},
		"pile-up":              {shop.SlowPayment}, // which takes many callers at once
		"caller-hangs-up":      {shop.SlowPayment, shop.SlowDatabase},
	} {
		require.Equal(t, want, named[name].Faults(), name)
		delete(named, name)
	}
	require.Empty(t, named, "is it a fault, or what callers do?")
}
