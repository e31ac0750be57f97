package crowd_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/metrics"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/desk"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/room"
	"otel.workshop/internal/session"
	"otel.workshop/internal/web"
	"otel.workshop/internal/workspace"
)

// asRoom, in the environment, makes the test binary a room with its page, so that
// its time and memory can be told from the crowd's. Its value is the folder where
// it is remembered.
const asRoom = "WORKSHOP_TEST_ROOM"

func TestMain(m *testing.M) {
	if folder := os.Getenv(asRoom); folder != "" {
		if err := serve(folder); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// syllabus is the real one.
func syllabus() ([]lesson.Step, error) { return lesson.Load("../../..") }

// An opened is where a room's process can be reached.
type opened struct{ Room, Page string }

// A measured is what a room's process says of itself when it ends.
type measured struct {
	Stats     room.Stats
	People    int
	Gradings  int           // of all people
	Checks    int           // that are known of the first of them
	ViewP50   time.Duration // that View took
	ViewP99   time.Duration
	ViewMax   time.Duration
	PeakBytes int // of memory that was not returned to the system

	CPU time.Duration `json:"-"` // that the process used, as the system says
}

// serve is a room and its page until standard input ends.
func serve(folder string) error {
	steps, err := syllabus()
	if err != nil {
		return err
	}
	ws := workspace.Workspace{Root: folder}
	r, err := room.Open(room.Options{Steps: steps, Workspace: ws, Addr: "127.0.0.1:0", Tell: func(text string) { fmt.Fprintln(os.Stderr, text) }})
	if err != nil {
		return err
	}
	d, err := desk.Open(session.New(ws, steps), nil, collector.Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0"})
	if err != nil {
		return err
	}
	page, err := web.Start(d, web.Options{Addr: "127.0.0.1:0", Room: r})
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(opened{r.Invite()[0].String(), page.URL() + "/room"}); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	seen := make(chan measured)
	go func() { seen <- watch(ctx, r) }()
	_, _ = io.Copy(io.Discard, os.Stdin) // it ends when it ends, however
	stop()
	m := <-seen
	v := r.View()
	m.Stats, m.People = v.Stats, len(v.People)
	for _, p := range v.People {
		m.Gradings += p.Gradings
		m.Checks = len(p.Checks)
	}
	page.Close()
	if err := d.Close(); err != nil {
		return err
	}
	if err := r.Close(context.Background()); err != nil {
		return err
	}
	return out.Encode(m)
}

// watch measures how long a look at the room takes, and its memory.
func watch(ctx context.Context, r *room.Room) (m measured) {
	var took []time.Duration
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			m.ViewP50, m.ViewP99, m.ViewMax = quantile(took, 0.5), quantile(took, 0.99), quantile(took, 1)
			return m
		case <-tick.C:
		}
		began := time.Now()
		r.View()
		took = append(took, time.Since(began))
		m.PeakBytes = max(m.PeakBytes, memory())
	}
}

func memory() int {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return int(samples[0].Value.Uint64() - samples[1].Value.Uint64())
}

// quantile returns the time within which that part of them lies.
func quantile(times []time.Duration, q float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// A process is a room's.
type process struct {
	opened
	end func() measured // may be called once
}

func start(t *testing.T) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asRoom+"="+t.TempDir())
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	ended := false
	t.Cleanup(func() {
		if !ended {
			_ = in.Close() // it ends with its input
			_ = cmd.Wait()
		}
	})
	p := &process{}
	from := json.NewDecoder(out)
	require.NoError(t, from.Decode(&p.opened))
	p.end = func() (m measured) {
		require.NoError(t, in.Close())
		require.NoError(t, from.Decode(&m))
		ended = true
		require.NoError(t, cmd.Wait())
		m.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		return m
	}
	return p
}
