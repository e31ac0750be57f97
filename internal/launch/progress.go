package launch

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// A progress shows how far a build is: on a terminal in one line that changes,
// elsewhere in a line now and then.
type progress struct {
	out      io.Writer
	terminal bool
	began    time.Time
	ended    chan struct{}
	stopped  sync.WaitGroup
	once     sync.Once

	mu         sync.Mutex
	required   int       // modules that go.mod names
	downloaded int       // modules that are under way, at least
	total      int       // packages to compile
	started    int       // of those
	compiles   time.Time // since when; zero while it isn't known what
	width      int       // of the line on the terminal
}

// How often it is drawn, and told where lines can't be drawn again.
const (
	drawEvery = 250 * time.Millisecond
	tellEvery = 20 * time.Second
)

func newProgress(out io.Writer, terminal bool, required int) *progress {
	p := &progress{out: out, terminal: terminal, required: required, began: time.Now(), ended: make(chan struct{})}
	every := drawEvery
	if terminal {
		p.draw()
	} else {
		every = tellEvery
		p.tell("Building the workshop's command: once, and again when its sources change.")
	}
	p.stopped.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-p.ended:
				return
			case <-tick.C:
				p.draw()
			}
		}
	})
	return p
}

// close ends the drawing, and leaves nothing of it on a terminal. It may be
// called again.
func (p *progress) close() {
	p.once.Do(func() {
		close(p.ended)
		p.stopped.Wait()
		if p.terminal {
			p.line("")
		}
	})
}

// planned understands what go build -n prints: what it downloads, and each
// command that it would run.
func (p *progress) planned(line string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if strings.HasPrefix(line, "go: downloading ") {
		p.downloaded++
		return true
	}
	tool, _, compiles := strings.Cut(line, " -p ")
	if compiles && (strings.Contains(tool, "/compile") || strings.Contains(tool, `\compile`)) {
		p.total++
	}
	return false // only whoever fails has words for people
}

// compile begins the second pass.
func (p *progress) compile() {
	p.mu.Lock()
	p.compiles = time.Now()
	total := p.total
	p.mu.Unlock()
	if !p.terminal && total > 1 {
		p.tell(fmt.Sprintf("There are %d packages to compile.", total))
	}
}

// compiling understands what go build -v prints: a package when its turn comes.
func (p *progress) compiling(line string) bool {
	if strings.HasPrefix(line, "go: downloading ") {
		return true
	}
	if strings.ContainsAny(line, " \t:#") {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.started++
	p.total = max(p.total, p.started)
	return true
}

func (p *progress) draw() {
	p.mu.Lock()
	text := p.text(time.Now())
	p.mu.Unlock()
	if p.terminal {
		p.line("  " + text)
		return
	}
	p.tell(text)
}

// line replaces the line on the terminal. It does so without any escape
// sequence: an old console prints those as they are.
func (p *progress) line(text string) {
	n := len([]rune(text))
	blank := strings.Repeat(" ", max(0, p.width-n))
	p.width = n
	end := ""
	if text == "" {
		end = "\r"
	}
	_, _ = io.WriteString(p.out, "\r"+text+blank+end) // nobody is left to tell when this fails
}

func (p *progress) tell(line string) {
	_, _ = fmt.Fprintln(p.out, line) // as above
}

// text says how far it is. It has 76 columns at most.
func (p *progress) text(now time.Time) string {
	since := seconds(now.Sub(p.began))
	switch {
	case p.compiles.IsZero() && p.downloaded > 0:
		return fmt.Sprintf("downloading: %d of at most %d modules · %s", p.downloaded, max(p.required, p.downloaded), since)
	case p.compiles.IsZero():
		return "looking at what there is to build · " + since
	case p.started >= p.total:
		return bar(1, 1) + " linking · " + since
	}
	text := fmt.Sprintf("%s compiling %d of %d packages", bar(p.started, p.total), p.started, p.total)
	if left, ok := guess(now.Sub(p.compiles), p.started, p.total); ok {
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
