package collector

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/forward"
)

// asProcess, in the environment, makes the test binary a collector. Its value is
// where that forwards to, or "alone".
const asProcess = "WORKSHOP_TEST_COLLECTOR"

// A process is a collector that has a process to itself, so that its memory can
// be told from the test's.
type process struct {
	http, grpc string
	nobody     string // answers at once whatever is sent there over HTTP

	mu   sync.Mutex // one question at a time
	in   io.Writer
	out  *json.Decoder
	kill func()
}

// A usage is the memory of a process, in bytes.
type usage struct{ Now, Peak int }

func startProcess(t *testing.T, forwardTo string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asProcess+"="+forwardTo)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	p := &process{in: in, out: json.NewDecoder(out), kill: func() { _ = cmd.Process.Kill() }}
	t.Cleanup(func() {
		_ = in.Close() // it ends with its input
		_ = cmd.Wait()
	})
	var addrs [3]string
	require.NoError(t, p.out.Decode(&addrs))
	p.http, p.grpc, p.nobody = addrs[0], addrs[1], addrs[2]
	return p
}

// memory asks for what the process takes, and for the most that it has taken.
func (p *process) memory(t *testing.T) (now, peak int) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	var u usage
	_, err := io.WriteString(p.in, "?\n")
	require.NoError(t, err)
	require.NoError(t, p.out.Decode(&u))
	return u.Now, u.Peak
}

// serveAsProcess is the other side: it answers each line until its input ends.
func serveAsProcess() error {
	o := Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0"}
	if to := os.Getenv(asProcess); to != "alone" {
		f, err := forward.Start(forward.Options{Endpoint: to})
		if err != nil {
			return err
		}
		o.Forward = f
	}
	c, err := Start(o)
	if err != nil {
		return err
	}
	nobody := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
	}))
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode([3]string{c.HTTPAddr(), c.GRPCAddr(), nobody.Listener.Addr().String()}); err != nil {
		return err
	}
	var mu sync.Mutex
	var peak int
	measure := func() usage {
		mu.Lock()
		defer mu.Unlock()
		u := resident()
		peak = max(peak, u.Now)
		return usage{u.Now, max(peak, u.Peak)}
	}
	go func() {
		for range time.Tick(2 * time.Millisecond) {
			measure()
		}
	}()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if err := out.Encode(measure()); err != nil {
			return err
		}
	}
	return nil
}

// resident returns what the system says that this process takes, where it does,
// and what Go says elsewhere.
func resident() usage {
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		return usage{Now: kilobytes(status, "VmRSS:"), Peak: kilobytes(status, "VmHWM:")}
	}
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return usage{Now: int(samples[0].Value.Uint64() - samples[1].Value.Uint64())}
}

func kilobytes(status []byte, name string) int {
	_, rest, _ := strings.Cut(string(status), name)
	number, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, _ := strconv.Atoi(number)
	return n << 10
}
