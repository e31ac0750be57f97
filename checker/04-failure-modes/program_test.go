package failuremodes_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"otel.workshop/checker/04-failure-modes/shop"
	"otel.workshop/checker/conventions"
	"otel.workshop/checker/recorder"
)

// asShop is the environment variable that makes the service which recorder
// starts the learner's own program, main and all; see package shop.
const asShop = "WORKSHOP_SHOP"

// startShop starts the learner's own program in steps/04-failure-modes/shop,
// with a database and a payment API, and returns when it listens.
func startShop(t *testing.T, env ...string) (*recorder.Program, error) {
	addr, err := freeAddr()
	if err != nil {
		t.Fatal(err)
	}
	env = append(env, asShop+"=1", "ADDR="+addr, "DATABASE_URL="+newPostgres(t), paymentsURL+"="+newPayments(t).url)
	cmd := exec.Command(os.Args[0])
	if shop.Laid == nil {
		binary, err := buildShop(t)
		if err != nil {
			return nil, err
		}
		cmd = exec.Command(binary)
	}
	return recorder.StartAt(t, cmd, addr, env...)
}

// buildShop builds the program as it is graded: by hand, there is no grader
// that would lay it beside the checks.
func buildShop(t *testing.T) (binary string, err error) {
	binary = filepath.Join(t.TempDir(), "shop.exe") // Windows wants the ending; the others don't mind
	out, err := conventions.Go("build", "-o", binary, "-buildvcs=false", "-ldflags=-w", "./steps/04-failure-modes/shop").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("shop/ does not compile: %s", out)
	}
	return binary, nil
}

// freeAddr returns an address that nobody listens on.
func freeAddr() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}

// visitor returns a service that is somebody else's process: it can be asked,
// and nothing else.
func visitor(addr string) *service {
	return &service{url: "http://" + addr, client: &http.Client{
		Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second,
	}}
}
