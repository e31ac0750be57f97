package recorder

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
)

func TestNearMiss(t *testing.T) {
	for _, c := range []struct {
		want  string
		names []string
		near  string
	}{
		{"order.id", []string{"orderid"}, "orderid"},
		{"error.type", []string{"status", "error_type"}, "error_type"},
		{"service.name", []string{"service_name"}, "service_name"},
		{"db.query", []string{"db query"}, "db query"},
		{"db.query", []string{"db.qurey"}, "db.qurey"},
		{"db.query", []string{"load order"}, ""},
		{"db.query.count", []string{"db.query.counts", "db.query.duration"}, "db.query.counts"},
		{"db.query.count", []string{"db.query.counts", "db.query.count"}, ""}, // it is there
		{"db.query.duration", []string{"db.query.count"}, ""},
		{"status", []string{"state"}, ""},
		{"status", []string{"satus"}, "satus"},
		{"http.route", []string{"HTTP.Route"}, "HTTP.Route"},
		{"idle", []string{"used"}, ""},
		{"s", []string{"ms"}, ""}, // that is another unit
	} {
		require.Equal(t, c.near, NearMiss(c.want, c.names...), "%s in %q", c.want, c.names)
	}
	require.Equal(t, "order-id", NearAttr("order.id", []attribute.KeyValue{attribute.Int("order-id", 42)}))
}

func TestUnitSlip(t *testing.T) {
	for got, says := range map[string]string{
		"s": "", "": "", "furlongs": "",
		"ms":      "ms is milliseconds",
		"seconds": "seconds is spelt s",
		"Sec":     "Sec is spelt s",
		"S":       "S is nearly s",
	} {
		require.Equal(t, says, UnitSlip("s", got), got)
	}
}
