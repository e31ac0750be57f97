package command

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/demo"
	"otel.workshop/internal/session"
	"otel.workshop/internal/shop"
	"otel.workshop/internal/variant"
)

// What INSTRUCTOR.md names is there: nobody should type a name before a room
// that means nothing. Faults are among them for whatever fails in a room.
func TestTheInstructorsNamesAreThere(t *testing.T) {
	text, err := os.ReadFile("../../INSTRUCTOR.md")
	require.NoError(t, err)
	s, err := session.Open("../..")
	require.NoError(t, err)
	variants, err := variant.Load("../..")
	require.NoError(t, err)

	there := map[string]bool{"at-once": true} // a benchmark
	for _, v := range variants {
		there[v.Name] = true
	}
	for _, step := range s.Steps {
		for _, c := range step.Checks {
			there[c.ID] = true
		}
	}
	for _, sc := range demo.Scenarios() {
		there[sc.Name] = true
	}
	named := map[string]bool{}
	for _, m := range regexp.MustCompile("`([a-z]+(?:-[a-z]+)+)`").FindAllSubmatch(text, -1) {
		name := string(m[1])
		named[name] = true
		require.True(t, there[name], "%s is no mistake, check, fault or scenario", name)
	}
	for _, f := range []shop.Fault{shop.CollectorHangs, shop.CollectorDown, shop.DatabaseGarbled} {
		require.True(t, named[string(f)], f)
	}
}
