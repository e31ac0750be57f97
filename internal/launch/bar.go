package launch

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// A Bar shows how far builds are: on a terminal in one line that changes,
// elsewhere in a line now and then. It reads what the go command prints. Its
// methods may be called concurrently.
type Bar struct {
	out      io.Writer
	terminal bool
	began    time.Time
	ended    chan struct{}
	stopped  sync.WaitGroup
	once     sync.Once

	drawing sync.Mutex // for out and width
	width   int        // of the line on the terminal

	mu         sync.Mutex
	required   int             // modules that go.mod names
	downloaded int             // modules that are under way, at least
	planned    map[string]bool // packages to compile
	total      int             // how many these are, or turn out to be
	started    int             // of those
	compiles   time.Time       // since when; zero while it isn't known what
}

// How often it is drawn, and told where lines can't be drawn again.
const (
	drawEvery = 250 * time.Millisecond
	tellEvery = 20 * time.Second
)

// NewBar returns a bar that is drawn until it is closed, about builds in the
// folder root.
func NewBar(out io.Writer, terminal bool, root string) *Bar {
	b := &Bar{out: out, terminal: terminal, required: modules(root), planned: map[string]bool{}, began: time.Now(), ended: make(chan struct{})}
	every := drawEvery
	if terminal {
		b.draw()
	} else {
		every = tellEvery
	}
	b.stopped.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-b.ended:
				return
			case <-tick.C:
				b.draw()
			}
		}
	})
	return b
}

// Close ends the drawing, and leaves nothing of it on a terminal. It may be
// called again.
func (b *Bar) Close() {
	b.once.Do(func() {
		close(b.ended)
		b.stopped.Wait()
		if b.terminal {
			b.line("")
		}
	})
}

// Say prints a line above the bar.
func (b *Bar) Say(line string) {
	b.drawing.Lock()
	defer b.drawing.Unlock()
	if b.width > 0 {
		_, _ = io.WriteString(b.out, "\r"+strings.Repeat(" ", b.width)+"\r") // nobody is left to tell when this fails
	}
	b.width = 0
	_, _ = fmt.Fprintln(b.out, line) // as above
}

// Plan understands what go build -n prints: what it downloads, and each command
// that it would run. Of several builds, a package counts once.
func (b *Bar) Plan(line string) (understood bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if strings.HasPrefix(line, "go: downloading ") {
		b.downloaded++
		return true
	}
	tool, rest, compiles := strings.Cut(line, " -p ")
	if compiles && (strings.Contains(tool, "/compile") || strings.Contains(tool, `\compile`)) {
		name, _, _ := strings.Cut(rest, " ")
		b.planned[name] = true
		b.total = len(b.planned)
	}
	return false // only whoever fails has words for people
}

// Begin says that all is planned.
func (b *Bar) Begin() {
	b.mu.Lock()
	b.compiles = time.Now()
	total := b.total
	b.mu.Unlock()
	if !b.terminal && total > 1 {
		b.Say(fmt.Sprintf("There are %d packages to compile.", total))
	}
}

// Compile understands what go build -v prints: a package when its turn comes.
func (b *Bar) Compile(line string) (understood bool) {
	if strings.HasPrefix(line, "go: downloading ") {
		return true
	}
	if strings.ContainsAny(line, " \t:#") {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.started++
	b.total = max(b.total, b.started)
	return true
}

// Planned returns how many packages there are to compile, as far as was planned.
func (b *Bar) Planned() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.total
}

// Reach says that so many of the packages are compiled, at least: go test does
// not print them.
func (b *Bar) Reach(packages int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.started = max(b.started, packages)
}

func (b *Bar) draw() {
	b.mu.Lock()
	text := b.text(time.Now())
	b.mu.Unlock()
	if b.terminal {
		b.line("  " + text)
		return
	}
	b.Say(text)
}

// line replaces the line on the terminal. It does so without any escape
// sequence: an old console prints those as they are.
func (b *Bar) line(text string) {
	b.drawing.Lock()
	defer b.drawing.Unlock()
	n := len([]rune(text))
	blank := strings.Repeat(" ", max(0, b.width-n))
	b.width = n
	end := ""
	if text == "" {
		end = "\r"
	}
	_, _ = io.WriteString(b.out, "\r"+text+blank+end) // nobody is left to tell when this fails
}

// text says how far it is. It has 76 columns at most.
func (b *Bar) text(now time.Time) string {
	since := seconds(now.Sub(b.began))
	switch {
	case b.compiles.IsZero() && b.downloaded > 0:
		return fmt.Sprintf("downloading: %d of at most %d modules · %s", b.downloaded, max(b.required, b.downloaded), since)
	case b.compiles.IsZero():
		return "looking at what there is to build · " + since
	case b.started >= b.total:
		return bar(1, 1) + " linking · " + since
	}
	text := fmt.Sprintf("%s compiling %d of %d packages", bar(b.started, b.total), b.started, b.total)
	if left, ok := guess(now.Sub(b.compiles), b.started, b.total); ok {
		text += " · about " + seconds(left) + " left"
	}
	return text + " · " + since
}

// guess says how long the rest will take if it goes on as it went, and the
// linker takes a little too. After a moment only does that mean anything.
func guess(took time.Duration, done, total int) (time.Duration, bool) {
	if took < 3*time.Second || done < 5 {
		return 0, false
	}
	left := took*time.Duration(total-done)/time.Duration(done) + 2*time.Second
	return left.Round(5*time.Second) + 5*time.Second*time.Duration(btoi(left < 2500*time.Millisecond)), true
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func seconds(d time.Duration) string { return fmt.Sprintf("%d s", int(d.Seconds())) }

func bar(done, total int) string {
	const cells = 20
	full := cells * done / total
	return strings.Repeat("█", full) + strings.Repeat("░", cells-full)
}
