package forward

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFromEnvironment(t *testing.T) {
	env := func(pairs map[string]string) func(string) string {
		return func(name string) string { return pairs[name] }
	}
	t.Run("nothing", func(t *testing.T) {
		o, err := FromEnvironment("", env(map[string]string{HeadersVariable: "broken"}))
		require.NoError(t, err)
		require.Equal(t, Options{}, o)
	})
	t.Run("variables", func(t *testing.T) {
		o, err := FromEnvironment("", env(map[string]string{Variable: "https://otlp.example/team/", HeadersVariable: "authorization=Basic%20dGVh%3D%3D, x-team = a%2Cb ,"}))
		require.NoError(t, err)
		require.Equal(t, Options{Endpoint: "https://otlp.example/team/", Headers: map[string]string{"authorization": "Basic dGVh==", "x-team": "a,b"}}, o)
	})
	t.Run("the flag wins", func(t *testing.T) {
		o, err := FromEnvironment("http://localhost:4318", env(map[string]string{Variable: "not one"}))
		require.NoError(t, err)
		require.Equal(t, "http://localhost:4318", o.Endpoint)
	})
	for given, want := range map[string]string{
		"localhost:4318":                 `WORKSHOP_FORWARD is "localhost:4318": that is no URL: begin with http:// or https://, write it like http://localhost:4318`,
		"grpc://localhost:4317":          `the scheme is "grpc", and what is forwarded goes over http or https`,
		"http://":                        "names no host",
		"http://:4318":                   "names no host",
		"http://host:":                   "names no port behind its colon",
		"http://host:99999":              "the port 99999 is no number from 1 to 65535",
		"http://host:port":               "that is no URL",
		"http://ana:secret@host:4318":    `WORKSHOP_FORWARD is "…@host:4318": the URL holds a name or a password`,
		"http://secret@host:4318":        "holds a name or a password",
		"http://ana:secret@ho st:4318":   "that is no URL",
		"http://host:4318?key=secret":    `"http://host:4318…": the URL has a query`,
		"http://host:4318/#secret":       "the URL has a fragment",
		"http://host:4318/v1/traces":     `ends in /v1/traces, which is appended for each signal: end it with "host:4318"`,
		"http://host:4318/team/v1/logs/": `end it with "host:4318/team"`,
		"http://host\x00:4318":           "that is no URL",
	} {
		_, err := FromEnvironment("", env(map[string]string{Variable: given}))
		require.ErrorContains(t, err, want, given)
		require.NotContains(t, err.Error(), "secret", given)
		_, err = FromEnvironment(given, env(nil))
		require.ErrorContains(t, err, "--forward is ", given)
		_, err = Start(Options{Endpoint: given})
		require.Error(t, err)
		require.NotContains(t, err.Error(), "secret", given)
	}
	for given, want := range map[string]string{
		"secret":                   "WORKSHOP_FORWARD_HEADERS: the header number 1 has no =: write name=value",
		"a=1,secret":               "the header number 2 has no =",
		"=secret":                  "a header has no name",
		"api key=secret":           `"api key" cannot be a header's name`,
		"api-key=secret%zz":        `the value of "api-key" is not percent-encoded`,
		"api-key=secret%0d%0aa: b": "the value of the header api-key has a line break",
		"content-type=secret":      "the header content-type is set for each request anyway",
		"workshop-forwarded=1":     "is set for each request anyway",
	} {
		_, err := FromEnvironment("http://host", env(map[string]string{HeadersVariable: given}))
		require.ErrorContains(t, err, want, given)
		require.NotContains(t, err.Error(), "secret", given)
	}
}
