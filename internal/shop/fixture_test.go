package shop

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// asParent makes the test binary a workshop of its own, to be killed; see
// TestServiceDiesWithTheWorkshop.
const asParent = "SHOP_TEST_PARENT"

func TestMain(m *testing.M) {
	if root := os.Getenv(asParent); root != "" {
		parent(root)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(status int) {
		_ = os.RemoveAll(fixture.root)
		for _, b := range []*Built{fixture.learners, fixture.story} {
			if b != nil {
				_ = b.Remove()
			}
		}
		os.Exit(status)
	}))
}

func parent(root string) {
	s := New(Options{Root: root, Source: learner, Addr: "127.0.0.1:0"})
	if err := s.Start(context.Background()); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(s.URL())
	fmt.Println(s.current.binary.dir)
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n') // until the test kills us
	os.Exit(0)
}

var learner = Source{Step: "01-minimal"}

const mainGo = `package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	minimal "otel.workshop/TREE/01-minimal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch os.Getenv("FIXTURE") {
	case "fatal":
		fmt.Println("about to fail")
		log.Fatal("no collector \x1b[31mtoday\x1b[0m")
	case "mute":
		<-ctx.Done()
		return
	case "deaf":
		signal.Ignore(os.Interrupt, syscall.SIGTERM)
	case "taken": // by a program that was faster, as often as TAKEN is long
		for i := range len(os.Getenv("TAKEN")) {
			if os.Mkdir(fmt.Sprint(os.Getenv("TAKEN_DIR"), "/", i), 0o700) == nil {
				log.Fatalf("listen tcp %s: bind: %v", os.Getenv("ADDR"), syscall.EADDRINUSE)
			}
		}
	case "child": // stays in the group, and holds our output open
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), "FIXTURE=", "ADDR="+os.Getenv("CHILD_ADDR"))
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		if err := child.Start(); err != nil {
			log.Fatal(err)
		}
	}

	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s %s", minimal.Text, r.URL.Path, r.Header.Get("traceparent"))
	})
	http.HandleFunc("/env", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, strings.Join(os.Environ(), "\n"))
	})
	http.HandleFunc("/host", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Host)
	})
	http.HandleFunc("/print", func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("\x1b[2J\x1b]0;title\x07red\ttab \x07 \u202e")
		fmt.Println(strings.Repeat("x", 10_000))
		fmt.Println("done")
	})
	http.HandleFunc("/exit", func(w http.ResponseWriter, r *http.Request) {
		log.Print("giving up")
		os.Exit(3)
	})
	http.HandleFunc("/teapot", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusTeapot)
	})
	srv := &http.Server{Addr: os.Getenv("ADDR")}
	go func() {
		<-ctx.Done()
		_ = srv.Shutdown(context.Background())
	}()
	if err := srv.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond)
	fmt.Println("flushed")
}
`

// newModule makes a workshop with one step, whose service is plain net/http.
func newModule(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	require.NoError(t, fillModule(root))
	return root
}

func fillModule(root string) error {
	files := map[string]string{"go.mod": "module otel.workshop\n\ngo 1.26\n"}
	for _, tree := range []string{"steps", "solutions"} {
		files[tree+"/01-minimal/text.go"] = fmt.Sprintf("package minimal\n\nconst Text = %q\n", "hello from "+tree)
		files[tree+"/01-minimal/shop/main.go"] = strings.ReplaceAll(mainGo, "TREE", tree)
	}
	for name, text := range files {
		if err := writeFile(root, name, text); err != nil {
			return err
		}
	}
	return nil
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	require.NoError(t, writeFile(root, name, text))
}

func writeFile(root, name, text string) error {
	path := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o666)
}

// fixture is what is built once, for all tests that have nothing to do with a
// build.
var fixture struct {
	root     string // such a workshop
	learners *Built // its service
	story    *Built // see newStory
}

var makeFixture = sync.OnceValue(func() (err error) {
	if fixture.root, err = os.MkdirTemp("", "shop-"); err != nil {
		return err
	}
	if err = fillModule(fixture.root); err != nil {
		return err
	}
	fixture.learners, err = Build(context.Background(), fixture.root, learner)
	return err
})

// newShop returns a shop whose service is ended, and whose temporary folders
// are looked for, at the end of the test. Without a root it starts what is built.
func newShop(t *testing.T, o Options) *Shop {
	t.Helper()
	if o.Root == "" {
		require.NoError(t, makeFixture())
		o.Root, o.Built = fixture.root, fixture.learners
	}
	temp := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, temp)
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Source == (Source{}) {
		o.Source = learner
	}
	s := New(o)
	t.Cleanup(func() {
		s.Stop(context.Background())
		left, err := filepath.Glob(filepath.Join(temp, "otel-workshop-shop-*"))
		require.NoError(t, err)
		require.Empty(t, left, "temporary folders should be gone")
	})
	return s
}

// lines collects the output of a service.
type lines struct {
	mu    sync.Mutex
	all   []string
	added chan struct{}
}

func newLines() *lines { return &lines{added: make(chan struct{}, 1000)} }

func (l *lines) add(line string) {
	l.mu.Lock()
	l.all = append(l.all, line)
	l.mu.Unlock()
	l.added <- struct{}{}
}

// until waits for a line and returns all up to now.
func (l *lines) until(t *testing.T, line string) []string {
	t.Helper()
	timeout := time.After(10 * time.Second)
	for {
		select {
		case <-l.added:
		case <-timeout:
			require.FailNow(t, "no such line", "%q in %q", line, l.all)
		}
		l.mu.Lock()
		all := append([]string(nil), l.all...)
		l.mu.Unlock()
		if all[len(all)-1] == line {
			return all
		}
	}
}
