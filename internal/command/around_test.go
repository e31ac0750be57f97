package command

import (
	"context"
	"database/sql"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	_ "github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/session"
)

// What is printed is what a service needs, and where a debugger's configuration
// looks.
func TestAround(t *testing.T) {
	for _, name := range []string{"DATABASE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT", "WORKSHOP_FORWARD"} {
		t.Setenv(name, "")
	}
	printed, in := io.Pipe()
	w := &workshop{stdin: strings.NewReader(""), stdout: in, stderr: io.Discard, open: func(string) (*session.Session, error) { return session.Open("../..") }}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.around(ctx, addrs{"127.0.0.1:0", "127.0.0.1:0"}) }()
	text := make([]byte, 4096)
	n, err := printed.Read(text)
	require.NoError(t, err)
	env := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^  ([A-Z_]+)=(\S+)$`).FindAllStringSubmatch(string(text[:n]), -1) {
		env[m[1]] = m[2]
	}

	db, err := sql.Open("postgres", env["DATABASE_URL"])
	require.NoError(t, err)
	var status string
	require.NoError(t, db.QueryRow("SELECT status FROM orders WHERE id = 42").Scan(&status))
	require.Equal(t, "shipped", status)
	require.NoError(t, db.Close())
	r, err := http.Get(env["PAYMENTS_URL"] + "/payments/42")
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	require.Equal(t, http.StatusOK, r.StatusCode)
	r, err = http.Post(env["OTEL_EXPORTER_OTLP_ENDPOINT"]+"/v1/traces", "application/json", strings.NewReader(`{}`))
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	require.Equal(t, http.StatusOK, r.StatusCode)
	cancel()
	require.ErrorIs(t, <-ended, errInterrupted)

	for _, value := range readJSON(t, ".vscode/launch.json")["configurations"].([]any) {
		launch := value.(config)
		if launch["preLaunchTask"] != "all but the service" {
			continue
		}
		want := config{
			"DATABASE_URL":                strings.Replace(env["DATABASE_URL"], addressOf(env["DATABASE_URL"]), aroundAddrs.database, 1),
			"PAYMENTS_URL":                "http://" + aroundAddrs.payments,
			"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
		}
		require.Equal(t, want, launch["env"])
		requireBegun(t, "all but the service", string(text[:n]))
		return
	}
	t.Fatal("no configuration starts a service of step 2")
}

// addressOf returns the host and port of a URL.
func addressOf(url string) string {
	return regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(url)
}

// requireBegun fails unless an editor takes a task for begun that has printed
// this.
func requireBegun(t *testing.T, label, printed string) {
	t.Helper()
	for _, value := range readJSON(t, ".vscode/tasks.json")["tasks"].([]any) {
		if task := value.(config); task["label"] == label {
			ends := task["problemMatcher"].(config)["background"].(config)["endsPattern"].(string)
			require.Regexp(t, ends, printed)
			return
		}
	}
	t.Fatal("no task " + label)
}

func TestAroundStandsAlone(t *testing.T) {
	for _, args := range [][]string{{"run", "03", "--around"}, {"run", "--around", "--solution"}, {"run", "--around", "--fault", "slow-database"}} {
		var said strings.Builder
		require.Equal(t, statusUsage, Main(args, os.Stdin, io.Discard, &said))
		require.Contains(t, said.String(), "--around starts no service")
	}
}
