// Package ownprogram starts the program in a step's shop folder, main and all,
// as a learner would with go run. The check binary is that program already when
// the grader has laid it beside the checks; by hand, it is built.
package ownprogram

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"otel.workshop/checker/conventions"
	"otel.workshop/checker/recorder"
)

// asked is the environment variable that makes a process of the check binary
// the learner's program.
const asked = "WORKSHOP_SHOP"

// A Shop is where the program of a step is. Safe for concurrent use.
type Shop struct {
	Step string // "01-minimal"
	Laid func() // its main function, when it is in this binary; or nil

	build  sync.Once
	binary string
	err    error
}

// An Uncompiled is what the compiler says to a program that it doesn't like.
type Uncompiled string

func (u Uncompiled) Error() string { return "shop/ does not compile: " + string(u) }

// Runs runs the program in the place of this process when that is what the
// process was started for, and reports whether it has.
func (s *Shop) Runs() bool {
	if os.Getenv(asked) == "" {
		return false
	}
	s.Laid()
	return true
}

// Start starts the program with a free address as ADDR, and these environment
// variables besides, and returns once it listens there. The error may be an
// [Uncompiled]. The program is killed when the test is over.
func (s *Shop) Start(t *testing.T, env ...string) (*recorder.Program, error) {
	t.Helper()
	s.build.Do(func() { s.binary, s.err = s.find(t) })
	if s.err != nil {
		return nil, s.err
	}
	for tries := 3; ; tries-- {
		addr, err := freeAddr()
		if err != nil {
			return nil, err
		}
		p, err := recorder.StartAt(t, exec.Command(s.binary), addr, append([]string{asked + "=1", "ADDR=" + addr}, env...)...)
		// Between freeAddr and its own net.Listen, somebody else may have come.
		if p != nil && p.Ended(0) && strings.Contains(strings.Join(p.Printed(), "\n"), "in use") && tries > 0 {
			continue
		}
		return p, err
	}
}

// find returns the name of a binary that is the program.
func (s *Shop) find(t *testing.T) (binary string, err error) {
	if s.Laid != nil {
		return os.Args[0], nil
	}
	binary = filepath.Join(t.TempDir(), "shop.exe") // Windows wants the ending; the others don't mind
	out, err := conventions.Go("build", "-o", binary, "-buildvcs=false", "-ldflags=-w", "./steps/"+s.Step+"/shop").CombinedOutput()
	if err != nil {
		return "", Uncompiled(out)
	}
	return binary, nil
}

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
