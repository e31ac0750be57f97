package member

import (
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"otel.workshop/internal/session/sessiontest"
)

// A receipt is what the room has got.
func TestAReceipt(t *testing.T) {
	room := &stubRoom{}
	d, _, m := learner(t, room)
	w := d.Session().Workspace
	becomes(t, m, Reporting)
	eventually(t, "the first one", func() bool {
		r, err := Sent(w)
		return err == nil && r != nil && r.Spans == 0 && r.Traces == nil && r.Metrics != nil
	})
	grade(t, d)
	var r *Receipt
	eventually(t, "one of a grading", func() bool {
		var err error
		r, err = Sent(w)
		return err == nil && r != nil && r.Spans == 5
	})
	require.Equal(t, m.card.Address.Shown(), r.To)
	require.GreaterOrEqual(t, r.Requests, 3)

	var got []string
	for _, request := range room.all() {
		traces, metrics := ptraceotlp.NewExportRequest(), pmetricotlp.NewExportRequest()
		is, err := []byte(nil), error(nil)
		if request.path == "/v1/traces" {
			require.NoError(t, traces.UnmarshalProto(request.body))
			is, err = traces.MarshalJSON()
		} else {
			require.NoError(t, metrics.UnmarshalProto(request.body))
			is, err = metrics.MarshalJSON()
		}
		require.NoError(t, err)
		got = append(got, string(is))
	}
	require.Contains(t, got, string(r.Traces))
	require.Contains(t, got, string(r.Metrics))
	if runtime.GOOS != "windows" {
		info, err := os.Stat(w.StateFile(receiptFile))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}

	goodbye(m, 0)
	require.NoError(t, Forget(w))
	r, err := Sent(w)
	require.NoError(t, err)
	require.Nil(t, r)
	sessiontest.Write(t, w.Root, ".workshop/"+receiptFile, "{")
	_, err = Sent(w)
	require.ErrorContains(t, err, "read what was sent")
}
