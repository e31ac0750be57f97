package collector

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestACollectorCanBeMadeUnreachable(t *testing.T) {
	c := start(t, Limits{})
	client := &http.Client{Transport: &http.Transport{}} // it keeps its connection
	defer client.CloseIdleConnections()
	send := func() error {
		resp, err := client.Post("http://"+c.HTTPAddr()+"/v1/traces", js, strings.NewReader(`{}`))
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}
	addr := c.HTTPAddr()
	require.NoError(t, send())
	conn := dial(t, c)
	require.NoError(t, invoke(t, conn, traceProto(t)))

	c.SetDown(true)
	c.SetDown(true)
	require.True(t, c.Down())
	require.Error(t, send())
	require.Error(t, invoke(t, conn, traceProto(t)))

	c.SetDown(false)
	require.False(t, c.Down())
	require.Equal(t, addr, c.HTTPAddr())
	require.NoError(t, send())
}
