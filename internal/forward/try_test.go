package forward

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

// A backend should be asked about each signal, with requests that hold nothing.
func TestTry(t *testing.T) {
	b := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v1/metrics":
			w.WriteHeader(http.StatusNotFound)
		case "/v1/logs":
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	answers, err := Try(t.Context(), Options{Endpoint: b.URL})
	require.NoError(t, err)
	require.Equal(t, []Answer{
		{Signal: "traces"},
		{Signal: "metrics", Why: "it answered 404 Not Found, so it takes no metrics there"},
		{Signal: "logs", Why: "it answered 503 Service Unavailable", Again: true},
	}, answers)
	require.Equal(t, []string{""}, b.got("/v1/traces"))

	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	answers, err = Try(t.Context(), Options{Endpoint: gone.URL})
	require.NoError(t, err)
	require.Equal(t, Answer{Signal: "traces", Why: "nothing listens there", Again: true}, answers[0])

	_, err = Try(t.Context(), Options{Endpoint: "gone"})
	require.ErrorContains(t, err, "that is no URL")
}
