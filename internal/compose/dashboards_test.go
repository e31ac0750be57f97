package compose_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// dashboard is as much of Grafana's model as these tests read. What the queries
// answer is tested in compose/promtest.
type dashboard struct {
	UID, Title    string
	SchemaVersion int
	Templating    struct {
		List []struct{ Name, Type, Query string }
	}
	Panels []struct {
		ID                       int
		Title, Description, Type string
		GridPos                  struct{ X, Y, W, H int }
		Datasource               struct{ Type, UID string }
		Targets                  []struct{ RefID, Expr string }
	}
}

// dashboards returns those of compose/dashboards, by their files' names.
func dashboards(t *testing.T) map[string]dashboard {
	files, err := filepath.Glob(filepath.Join(root, "compose", "dashboards", "*"))
	require.NoError(t, err)
	all := map[string]dashboard{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var d dashboard
		require.NoError(t, json.Unmarshal(text, &d), file)
		all[filepath.Base(file)] = d
	}
	require.Contains(t, all, "shop.json")
	require.Contains(t, all, "room.json")
	return all
}

// A dashboard's address is its file's name: http://localhost:3000/d/shop.
func TestDashboardsHaveAddresses(t *testing.T) {
	for file, d := range dashboards(t) {
		require.Equal(t, file, d.UID+".json")
		require.NotEmpty(t, d.Title, file)
		require.NotZero(t, d.SchemaVersion, file)
	}
}

// Each panel says what it shows, and asks the Prometheus that was chosen above
// it: in grafana/otel-lgtm there is one.
func TestPanelsAreComplete(t *testing.T) {
	kinds := []string{"timeseries", "stat", "bargauge", "table"}
	for file, d := range dashboards(t) {
		require.Len(t, d.Templating.List, 1, file)
		choice := d.Templating.List[0]
		require.Equal(t, [3]string{"prometheus", "datasource", "prometheus"}, [3]string{choice.Name, choice.Type, choice.Query}, file)
		ids := map[int]bool{}
		for _, p := range d.Panels {
			require.False(t, ids[p.ID], "%s: two panels with the id %d", file, p.ID)
			ids[p.ID] = true
			require.NotEmpty(t, p.Title, file)
			require.NotEmpty(t, p.Description, "%s: %s", file, p.Title)
			require.Contains(t, kinds, p.Type, "%s: %s", file, p.Title)
			require.Equal(t, "prometheus", p.Datasource.Type, "%s: %s", file, p.Title)
			require.Equal(t, "${prometheus}", p.Datasource.UID, "%s: %s", file, p.Title)
			require.NotEmpty(t, p.Targets, "%s: %s", file, p.Title)
			refs := map[string]bool{}
			for _, q := range p.Targets {
				require.Regexp(t, `^[A-Z]$`, q.RefID, "%s: %s", file, p.Title)
				require.False(t, refs[q.RefID], "%s: %s has two queries %s", file, p.Title, q.RefID)
				refs[q.RefID] = true
				require.NotEmpty(t, q.Expr, "%s: %s", file, p.Title)
			}
		}
	}
}

// Panels lie within Grafana's 24 columns, and not on top of each other.
func TestPanelsHaveTheirPlaces(t *testing.T) {
	type cell struct{ x, y int }
	for file, d := range dashboards(t) {
		taken := map[cell]string{}
		for _, p := range d.Panels {
			g := p.GridPos
			require.LessOrEqual(t, g.X+g.W, 24, "%s: %s", file, p.Title)
			for x := g.X; x < g.X+g.W; x++ {
				for y := g.Y; y < g.Y+g.H; y++ {
					require.Empty(t, taken[cell{x, y}], "%s: %s lies on it", file, p.Title)
					taken[cell{x, y}] = p.Title
				}
			}
		}
		require.NotEmpty(t, taken, file)
	}
}

// Grafana looks for dashboards where they are mounted.
func TestGrafanaFindsTheDashboards(t *testing.T) {
	var file struct {
		Providers []struct {
			Type    string
			Options struct{ Path string }
		}
	}
	read(t, "compose/grafana.yaml", &file)
	require.Len(t, file.Providers, 1)
	require.Equal(t, "file", file.Providers[0].Type)

	mounted := map[string]string{}
	for _, volume := range services(t)["lgtm"].Volumes {
		source, target, _ := strings.Cut(volume, ":")
		mounted[source] = strings.TrimSuffix(target, ":ro")
	}
	require.Equal(t, file.Providers[0].Options.Path, mounted["./compose/dashboards"])
	require.Equal(t, "/otel-lgtm/grafana/conf/provisioning/dashboards", filepath.ToSlash(filepath.Dir(mounted["./compose/grafana.yaml"])))
}
