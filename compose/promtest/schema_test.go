package promtest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/bargauge"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	dashboards "github.com/grafana/grafana-foundation-sdk/go/dashboard"
	promquery "github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
	"github.com/stretchr/testify/require"
)

// Grafana knows every field of the dashboards, those of queries and panels
// included, and misses none.
func TestDashboardsKeepToGrafanasSchema(t *testing.T) {
	kinds := cog.NewRuntime()
	kinds.RegisterDataqueryVariant(promquery.VariantConfig())
	kinds.RegisterPanelcfgVariant(bargauge.VariantConfig())
	kinds.RegisterPanelcfgVariant(stat.VariantConfig())
	kinds.RegisterPanelcfgVariant(table.VariantConfig())
	kinds.RegisterPanelcfgVariant(timeseries.VariantConfig())
	files, err := filepath.Glob(filepath.Join("..", "dashboards", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		//lint:ignore SA1019 files are in this version, which every Grafana still reads
		var d dashboards.Dashboard
		if err := d.UnmarshalJSONStrict(text); err != nil { // it may be an error that has nothing to say
			require.Empty(t, err.Error(), file)
		}
		require.NoError(t, d.Validate(), file)
	}
}
