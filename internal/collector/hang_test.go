package collector

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A collector that hangs accepts connections, and answers when it is well
// again. What a sender said that is cut off meanwhile is lost.
func TestACollectorCanBeMadeToHang(t *testing.T) {
	c := start(t, Limits{})
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	send := func(patience time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.HTTPAddr()+"/v1/logs", strings.NewReader(`{}`))
		require.NoError(t, err)
		req.Header.Set("Content-Type", js)
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}
	require.NoError(t, send(time.Minute))
	require.False(t, c.Hanging())

	c.SetHanging(true)
	c.SetHanging(true)
	require.True(t, c.Hanging())
	require.ErrorIs(t, send(50*time.Millisecond), context.DeadlineExceeded)
	before := c.Store().Stats().Requests
	c.SetDown(true)
	c.SetHanging(false)
	c.SetDown(false)
	require.NoError(t, send(time.Minute))
	require.Equal(t, before+1, c.Store().Stats().Requests, "the one that was cut off is lost")

	c.SetHanging(true)
	late := make(chan error, 1)
	go func() { late <- send(time.Minute) }()
	select {
	case err := <-late:
		t.Fatalf("answered while hanging: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	c.SetHanging(false)
	require.NoError(t, <-late)
	c.SetHanging(true) // and it can be closed like this
}
