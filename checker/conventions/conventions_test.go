package conventions

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A go vet that can't be run has found nothing wrong, and nothing right.
func TestGoVetThatDoesNotRun(t *testing.T) {
	t.Setenv(vetOutput, "")
	t.Setenv("PATH", t.TempDir())
	lines := goVet(&sources{root: t.TempDir(), dir: "steps/01-minimal"})
	require.Len(t, lines, 1)
	require.Contains(t, lines[0], "go vet: ")
}

// What the grader's go vet has said is taken as it stands.
func TestGoVetOfTheGrader(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vet.txt")
	t.Setenv(vetOutput, file)
	s := &sources{root: t.TempDir(), dir: "steps/01-minimal"}
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.Empty(t, goVet(s))
	require.NoError(t, os.WriteFile(file, []byte("# otel.workshop/steps/01-minimal\nsteps/01-minimal/server.go:9:2: unreachable code\n"), 0o600))
	require.Equal(t, []string{"steps/01-minimal/server.go:9:2: unreachable code"}, goVet(s))
}
