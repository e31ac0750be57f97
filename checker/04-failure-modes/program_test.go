package failuremodes_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
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
// with a database and a payment API, and returns when it listens. What env says
// comes last, and counts.
func startShop(t *testing.T, env ...string) (*recorder.Program, error) {
	binary := os.Args[0]
	if shop.Laid == nil {
		var err error
		if binary, err = builtShop(t); err != nil {
			return nil, err
		}
	}
	env = append([]string{asShop + "=1", "DATABASE_URL=" + newPostgres(t), paymentsURL + "=" + newPayments(t).url}, env...)
	for tries := 3; ; tries-- {
		addr, err := freeAddr()
		if err != nil {
			t.Fatal(err)
		}
		p, err := recorder.StartAt(t, exec.Command(binary), addr, append(env, "ADDR="+addr)...)
		// Between freeAddr and its own net.Listen, somebody else may have come.
		if p.Ended(0) && strings.Contains(strings.Join(p.Printed(), "\n"), "in use") && tries > 0 {
			continue
		}
		return p, err
	}
}

// builtShop builds the program, once.
func builtShop(t *testing.T) (binary string, err error) {
	built.Do(func() { built.binary, built.err = buildShop(t) })
	return built.binary, built.err
}

var built struct {
	sync.Once
	binary string
	err    error
}

// buildShop builds the program as it is graded: by hand, there is no grader
// that would lay it beside the checks.
func buildShop(t *testing.T) (binary string, err error) {
	binary = filepath.Join(t.TempDir(), "shop.exe") // Windows wants the ending; the others don't mind
	out, err := conventions.Go("build", "-o", binary, "-buildvcs=false", "-ldflags=-w", "./steps/04-failure-modes/shop").CombinedOutput()
	if err != nil {
		return "", uncompiled(out)
	}
	return binary, nil
}

// uncompiled is what the compiler says to a program that it doesn't like.
type uncompiled string

func (u uncompiled) Error() string { return "shop/ does not compile: " + string(u) }

// freeAddr returns an address that nobody listens on. Where every 127.x.y.z is
// this machine, it is one that hardly anybody else would choose.
func freeAddr() (string, error) {
	ln, err := net.Listen("tcp", fmt.Sprintf("127.%d.%d.%d:0", 1+rand.IntN(254), rand.IntN(255), 1+rand.IntN(254)))
	if err != nil {
		ln, err = net.Listen("tcp", "127.0.0.1:0")
	}
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
