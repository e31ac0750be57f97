package forward

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// Whatever a backend answers should mean one thing, and leave a short line of
// plain text.
func FuzzAnswer(f *testing.F) {
	f.Add(200, protobufType, "", []byte{0x0a, 11, 0x08, 5, 0x12, 7, 't', 'o', 'o', ' ', 'o', 'l', 'd'})
	f.Add(200, protobufType, "", []byte{0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Add(200, protobufType, "", []byte{0x0a, 11, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Add(400, "text/plain; charset=utf-8", "", []byte("no\x00\xff\u202e\n such"))
	f.Add(302, "", "http://[::1", []byte(nil))
	f.Add(307, "", "//elsewhere/\u202e", []byte(nil))
	f.Add(503, "text/html;;", "", []byte("<p>"))
	f.Fuzz(func(t *testing.T, code int, contentType, location string, body []byte) {
		resp := &http.Response{StatusCode: code, Header: http.Header{"Content-Type": {contentType}, "Location": {location}, "Retry-After": {location}}, Body: io.NopCloser(strings.NewReader(""))}
		out := judge("traces", resp, body)
		require.False(t, out.taken && out.again)
		require.Equal(t, out.taken && out.why == "" || out.why != "", true)
		require.Less(t, len(out.why), 1000)
		require.True(t, utf8.ValidString(out.why))
		require.Negative(t, strings.IndexFunc(out.why, func(r rune) bool { return !unicode.IsGraphic(r) }), "%q", out.why)
		require.GreaterOrEqual(t, out.rejected, 0)
		require.LessOrEqual(t, out.wait, mostWait)
		require.GreaterOrEqual(t, int64(out.wait), int64(0))
	})
}

// Whatever stands in the environment should give a request that can be sent, or
// an error without a secret.
func FuzzEnvironment(f *testing.F) {
	f.Add("http://localhost:4318", "authorization=Basic%20dGVh%3D%3D,x-team=a")
	f.Add("http://ana:secret@host", "")
	f.Add("https://[fe80::1%25eth0]:4318/a/../b//", "a=%0d")
	f.Add("http://host/%2f?#", "=,=,a")
	f.Add("http://[::%25\xda]", "")
	f.Fuzz(func(t *testing.T, endpoint, headers string) {
		o, err := FromEnvironment("", func(name string) string {
			return map[string]string{Variable: endpoint, HeadersVariable: headers}[name]
		})
		if err != nil || o.Endpoint == "" {
			return
		}
		asked := 0
		o.transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			asked++
			require.NotEmpty(t, r.URL.Host)
			require.True(t, strings.HasSuffix(r.URL.Path, "/v1/traces"), r.URL)
			return answer(200), nil
		})
		b, err := newBackend(o.withDefaults())
		require.NoError(t, err)
		out := b.post(t.Context(), "traces", nil, false, "0")
		require.True(t, out.taken, out.why)
		require.Equal(t, 1, asked)
	})
}
