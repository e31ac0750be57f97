package promtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A target is a query of a dashboard.
type target struct {
	Panel    string
	Expr     string
	Legend   string `json:"legendFormat"`
	Exemplar bool
}

// dashboard returns the queries of a dashboard.
func dashboard(t *testing.T, name string) (targets []target) {
	text, err := os.ReadFile(filepath.Join("..", "dashboards", name))
	require.NoError(t, err)
	var file struct {
		Panels []struct {
			Title   string
			Targets []target
		}
	}
	require.NoError(t, json.Unmarshal(text, &file))
	for _, panel := range file.Panels {
		for _, q := range panel.Targets {
			q.Panel = panel.Title
			targets = append(targets, q)
		}
	}
	require.NotEmpty(t, targets)
	return targets
}

// A span of values that are right.
type between [2]float64

// about is a tenth around v.
func about(v float64) between { return between{0.9 * v, 1.1 * v} }

// check holds an answer to what it should be.
func check(t *testing.T, what string, want map[string]between, got map[string]float64) {
	t.Helper()
	for name, value := range got {
		require.Contains(t, want, name, "%s: a series that should not be there, of %v", what, got)
		require.GreaterOrEqual(t, value, want[name][0], "%s: %s", what, name)
		require.LessOrEqual(t, value, want[name][1], "%s: %s", what, name)
	}
	require.Len(t, got, len(want), "%s: %v", what, got)
}
