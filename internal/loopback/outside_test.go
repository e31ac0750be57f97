package loopback

import (
	"net"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

// environment is what a process finds in its own.
func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

var (
	page      = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8765}
	codespace = map[string]string{"CODESPACES": "true", "CODESPACE_NAME": "me-fuzzy-2x4", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.github.dev"}
)

func TestNamesAreTheEnvironments(t *testing.T) {
	with := func(name, value string) map[string]string {
		values := map[string]string{name: value}
		for n, v := range codespace {
			if n != name {
				values[n] = v
			}
		}
		return values
	}
	const forwarded = "https://me-fuzzy-2x4-8765.app.github.dev"
	for name, tc := range map[string]struct {
		values map[string]string
		want   []string
	}{
		"nobody":               {nil, nil},
		"a codespace":          {codespace, []string{forwarded}},
		"not in a codespace":   {with("CODESPACES", ""), nil},
		"without a name":       {with("CODESPACE_NAME", ""), nil},
		"without a domain":     {with("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN", ""), nil},
		"no name":              {with("CODESPACE_NAME", "evil.example/"), nil},
		"no domain":            {with("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN", "app..dev"), nil},
		"a proxy":              {map[string]string{"WORKSHOP_ORIGIN": "https://Workshop.example:443/"}, []string{"https://workshop.example"}},
		"a proxy's port":       {map[string]string{"WORKSHOP_ORIGIN": "http://10.0.0.7:8080"}, []string{"http://10.0.0.7:8080"}},
		"a proxy of version 6": {map[string]string{"WORKSHOP_ORIGIN": "http://[fd00::7]:80"}, []string{"http://[fd00::7]"}},
		"both":                 {with("WORKSHOP_ORIGIN", "https://workshop.example"), []string{"https://workshop.example", forwarded}},
	} {
		o, err := FromEnvironment(environment(tc.values))
		require.NoError(t, err, name)
		require.Equal(t, tc.want, o.Page(page).Names, name)
	}
}

func TestWhatIsNoOriginIsAnError(t *testing.T) {
	for value, says := range map[string]string{
		"workshop.example":               "does not begin with https://",
		"*":                              "does not begin with https://",
		"null":                           "does not begin with https://",
		"ftp://workshop.example":         "does not begin with https://",
		"https:workshop.example":         "names no host",
		"https://":                       "names no host",
		"https://*.example":              "names no host",
		"https://a_b.example":            "names no host",
		"https://a b":                    "is no URL",
		"https://workshop.example:99999": "its port is no number",
		"https://workshop.example:0":     "its port is no number",
		"https://workshop.example:":      "its port is no number",
		"https://workshop.example/page":  "more to it than scheme, host and port",
		"https://workshop.example?a":     "more to it than",
		"https://workshop.example/?":     "more to it than",
		"https://workshop.example/#":     "more to it than",
		"https://me@workshop.example":    "more to it than",
	} {
		_, err := FromEnvironment(environment(map[string]string{"WORKSHOP_ORIGIN": value}))
		require.ErrorContains(t, err, says, value)
		require.ErrorContains(t, err, "such as https://workshop.example, or unset it", value)
	}
}

func TestOutsideIsLocalByItsNameAlone(t *testing.T) {
	values := map[string]string{"WORKSHOP_ORIGIN": "https://workshop.example"}
	for n, v := range codespace {
		values[n] = v
	}
	o, err := FromEnvironment(environment(values))
	require.NoError(t, err)
	const name = "me-fuzzy-2x4-8765.app.github.dev"
	for _, tc := range []struct {
		host, origin string
		local        bool
	}{
		{name, "", true},
		{name, "https://" + name, true},
		{name + ":443", "https://" + name, true},
		{"localhost:8765", "https://" + name, true}, // the proxy has put this machine's name there
		{"localhost:8765", "http://localhost:8765", true},
		{name, "http://localhost:8765", true},             // or in the Origin alone
		{"localhost:9999", "http://localhost:9999", true}, // ssh -L 9999:127.0.0.1:8765
		{"127.0.0.1:9999", "", true},
		{"workshop.example", "https://workshop.example", true},
		{name, "https://me-fuzzy-2x4-3000.app.github.dev", true}, // another port of the same machine
		{name, "http://localhost:3000", false},                   // of the machine that the browser is on
		{name, "http://" + name, false},
		{name, "https://" + name + ":8443", false},
		{name, "https://you-fuzzy-2x4-8765.app.github.dev", false},
		{name, "https://me-fuzzy-2x4-08765.app.github.dev", false},
		{name, "https://me-fuzzy-2x4-99999.app.github.dev", false},
		{name, "https://me-fuzzy-2x4-.app.github.dev", false},
		{name, "https://me-fuzzy-2x4-1.evil.example/.app.github.dev", false},
		{name, "null", false},
		{name, "https://evil.example", false},
		{name + ":8765", "", false},
		{"me-fuzzy-2x4-3000.app.github.dev", "", false}, // which means another server
		{"you-fuzzy-2x4-8765.app.github.dev", "", false},
		{"app.github.dev", "", false},
		{name + ".evil.example", "", false},
		{"x" + name, "", false},
		{"workshop.example.evil.example", "", false},
		{"", "", false},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		if r.Host = tc.host; tc.origin != "" {
			r.Header.Set("Origin", tc.origin)
		}
		require.Equal(t, tc.local, o.Page(page).Local(r), tc)
		if tc.host == name || tc.origin == "https://"+name {
			require.False(t, Entrance{}.Local(r), tc)
		}
	}
}

func TestAnEmptyOriginIsNobodys(t *testing.T) {
	o, err := FromEnvironment(environment(codespace))
	require.NoError(t, err)
	for _, e := range []Entrance{{}, o.Page(page), o.Port(page)} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Host = "localhost:8765"
		r.Header.Set("Origin", "")
		require.False(t, e.Local(r))
	}
}
