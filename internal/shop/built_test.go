package shop

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// What was built once is started as it was, also when its sources have changed
// and it is removed meanwhile.
func TestStartsWhatWasBuilt(t *testing.T) {
	root := newModule(t)
	s := newShop(t, Options{Root: root})
	built, err := Build(t.Context(), root, learner)
	require.NoError(t, err)
	s.o.Built = built
	write(t, root, "steps/01-minimal/text.go", "package minimal\n\nconst Text = broken\n")

	for range 2 {
		require.NoError(t, s.Start(t.Context()))
		answer, err := s.Get(t.Context(), "/")
		require.NoError(t, err)
		require.Contains(t, answer.Body, "hello from steps")
		s.Stop(context.Background())
	}
	require.NoError(t, s.Start(t.Context()))
	require.NoError(t, built.Remove())
	_, err = os.Stat(built.binary.path)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = s.Get(t.Context(), "/")
	require.NoError(t, err)

	_, err = Build(t.Context(), root, learner)
	var broken *BuildError
	require.ErrorAs(t, err, &broken)
}
