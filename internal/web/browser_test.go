package web

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// chromium is where the browser for the tests is, "" where there is none.
func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// proxied is the name of a proxy in front of the page, which has a certificate
// that nobody vouches for.
const proxied = "workshop.example"

// one browser for all tests, and one tab in it: a new one costs a process, and
// its scripts are compiled again. What a test makes of the tab goes with its
// session, and what a page has stored with its origin: each server has another.
var browser struct {
	once sync.Once
	ctx  context.Context
	end  func()
	err  error
}

func startBrowser() {
	path := chromium()
	dir, err := os.MkdirTemp("", "otel-workshop-browser-")
	if err != nil {
		browser.err = err
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(dir),
		chromedp.WindowSize(1280, 800), chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("host-resolver-rules", "MAP "+proxied+" 127.0.0.1"), chromedp.Flag("ignore-certificate-errors", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, endProcess := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, endBrowser := chromedp.NewContext(ctx)
	browser.ctx, browser.err = ctx, chromedp.Do(ctx, chromedp.Navigate("about:blank"))
	browser.end = func() {
		endBrowser()
		endProcess()
		_ = os.RemoveAll(dir) // the system's temporary folder is no loss
	}
}

// A tab is a page in a real browser, with its console and its requests.
type tab struct {
	t      *testing.T
	ctx    context.Context
	origin string

	mu       sync.Mutex
	problems []string
	alone    bool // the page's server is meant to be gone: its complaints are none
	loaded   int  // requests
	held     time.Duration
	refuse   bool // the next request that is held up
}

// openTab opens a tab. Without a browser the test is skipped, or fails when
// WORKSHOP_NEED_BROWSER=1 is set. With the race detector it is skipped.
func openTab(t *testing.T, s *Server) *tab {
	t.Helper()
	if raceEnabled {
		t.Skip("a browser waits for nobody, and the race detector is slow: see it run without")
	}
	if chromium() == "" {
		const none = "there is no Chromium in PATH: install one, such as Debian's package chromium"
		if os.Getenv("WORKSHOP_NEED_BROWSER") == "1" {
			t.Fatal(none)
		}
		t.Skip("no test in a browser: ", none)
	}
	browser.once.Do(startBrowser)
	require.NoError(t, browser.err, "start Chromium")
	tb := &tab{t: t, origin: s.URL()}
	one := chromedp.FromContext(browser.ctx).Target.TargetID
	ctx, detach := chromedp.NewContext(browser.ctx, chromedp.WithTargetID(one), chromedp.WithDetachOnCancel(), chromedp.WithListener(tb.notice))
	tb.ctx = ctx
	t.Cleanup(detach)
	t.Cleanup(tb.leave)
	tell(tb, network.Enable, network.EnableParams{})
	tell(tb, log.Enable, cdp.Empty{})
	tell(tb, runtime.Enable, cdp.Empty{})
	t.Cleanup(tb.clean)
	return tb
}

// leave ends the page, with its connections and what it has stored.
func (tb *tab) leave() {
	tb.run(chromedp.Navigate("about:blank"))
	tell(tb, storage.ClearDataForOrigin, storage.ClearDataForOriginParams{Origin: tb.origin, StorageTypes: "all"})
}

// notice keeps what the browser complains about, and who it asks.
func (tb *tab) notice(event any) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	if tb.alone {
		return
	}
	switch e := event.(type) {
	case *fetch.EventRequestPaused:
		if tb.refuse {
			tb.refuse = false
			go func() {
				_, _ = chromedp.Call(tb.ctx, fetch.FailRequest, fetch.FailRequestParams{RequestID: e.RequestID, ErrorReason: network.ErrorReasonConnectionReset})
			}()
			return
		}
		time.AfterFunc(tb.held, func() {
			// A tab that was closed meanwhile waits for nothing.
			_, _ = chromedp.Call(tb.ctx, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID})
		})
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			var parts []string
			for _, a := range e.Args {
				parts = append(parts, string(a.Value)+a.Description)
			}
			tb.problems = append(tb.problems, "console: "+strings.Join(parts, " "))
		}
	case *runtime.EventExceptionThrown:
		tb.problems = append(tb.problems, fmt.Sprintf("exception: %s %+v %s:%d", e.ExceptionDetails.Text, e.ExceptionDetails.Exception, e.ExceptionDetails.URL, e.ExceptionDetails.LineNumber))
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			tb.problems = append(tb.problems, "log: "+e.Entry.Text+" "+e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		tb.loaded++
		if u, err := url.Parse(e.Request.URL); err != nil || u.Scheme+"://"+u.Host != tb.origin && u.Scheme != "data" && e.Request.URL != "about:blank" {
			tb.problems = append(tb.problems, "request to "+e.Request.URL)
		}
	}
}

// clean asserts that nothing went wrong in the browser, and that nothing was
// asked of anybody but the page's own server.
func (tb *tab) clean() {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	require.Empty(tb.t, tb.problems)
	require.NotZero(tb.t, tb.loaded, "the requests were looked at")
}

// browserLimit is how long the browser may take for one thing.
const browserLimit = 30 * time.Second

func (tb *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, browserLimit)
	defer cancel()
	require.NoError(tb.t, chromedp.Do(ctx, actions...))
}

// tell sends the browser a command of its protocol.
func tell[P, R any](tb *tab, command cdp.Command[P, R], params P) R {
	tb.t.Helper()
	result, err := chromedp.Call(tb.ctx, command, params)
	require.NoError(tb.t, err)
	return result
}

// holdUp delays the requests for a pattern of URLs.
func (tb *tab) holdUp(pattern string, by time.Duration) {
	tb.t.Helper()
	tb.mu.Lock()
	tb.held = by
	tb.mu.Unlock()
	tell(tb, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: pattern}}})
}

// refuseOnce lets the first request for a pattern of URLs fail, as that of a
// server that is about to start.
func (tb *tab) refuseOnce(pattern string) {
	tb.t.Helper()
	tb.mu.Lock()
	tb.refuse = true
	tb.mu.Unlock()
	tb.holdUp(pattern, 0)
}

func (tb *tab) open(path string) {
	tb.t.Helper()
	tb.run(chromedp.Navigate(tb.origin + path))
}

// eval returns what an expression of JavaScript is, awaited when it is a
// promise.
func eval[T any](tb *tab, expression string) T {
	tb.t.Helper()
	v, err := tryEval[T](tb, expression)
	require.NoError(tb.t, err)
	return v
}

func tryEval[T any](tb *tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(tb.ctx, browserLimit)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// text is what a person reads in the first element of a selector.
func (tb *tab) text(selector string) string {
	tb.t.Helper()
	return eval[string](tb, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, selector))
}

// until waits until an expression is true. While one page follows another, it
// can't be asked.
func (tb *tab) until(expression string, limit time.Duration) {
	tb.t.Helper()
	deadline := time.Now().Add(limit)
	for {
		is, err := tryEval[bool](tb, "Boolean("+expression+")")
		if is {
			return
		}
		if time.Now().After(deadline) {
			require.FailNow(tb.t, "this did not become true", "%s: %v\nin\n%s", expression, err, tb.text("main"))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// key presses a key, as a person does.
func (tb *tab) key(keys string) {
	tb.t.Helper()
	tb.run(chromedp.KeyEvent(keys))
}

// shot takes a picture of the whole page into the test's artifacts (go test
// -artifacts keeps them).
func (tb *tab) shot(name string, width int, dark bool) {
	tb.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	tell(tb, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: int64(width), Height: 800, DeviceScaleFactor: 1, Mobile: width < 600,
	})
	tell(tb, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	eval[bool](tb, "new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => r(true))))") // the layout has settled
	require.LessOrEqual(tb.t, eval[int](tb, "document.documentElement.scrollWidth"), width, "%s scrolls sideways at %d px", name, width)
	if !wantsPictures() {
		return
	}
	size := tell(tb, cdppage.GetLayoutMetrics, cdp.Empty{}).CSSContentSize
	beyond := true
	picture := tell(tb, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{
		CaptureBeyondViewport: &beyond,
		Clip:                  &cdppage.Viewport{Width: float64(width), Height: min(size.Height, 3000), Scale: 1},
	}).Data
	file := filepath.Join(tb.t.ArtifactDir(), fmt.Sprintf("%s-%d-%s.png", name, width, scheme))
	require.NoError(tb.t, os.WriteFile(file, picture, 0o644))
}

// wantsPictures reports whether the test was run with -artifacts.
func wantsPictures() bool { return flag.Lookup("test.artifacts").Value.String() == "true" }

// accessible runs axe-core over the page, and fails on a serious violation.
func (tb *tab) accessible() {
	tb.t.Helper()
	source, err := os.ReadFile("testdata/axe-core/axe.min.js")
	require.NoError(tb.t, err)
	// Not as an element of the page: its policy allows its own scripts alone.
	eval[int](tb, string(source)+"; 0")
	type violation struct {
		ID, Impact, Help string
		Nodes            []struct {
			HTML           string
			FailureSummary string
		}
	}
	for _, v := range eval[[]violation](tb, `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => ({ID: v.id, Impact: v.impact, Help: v.help, Nodes: v.nodes.slice(0, 3).map(n => ({HTML: n.html, FailureSummary: n.failureSummary}))})))`) {
		text := fmt.Sprintf("%s: %s (%s)", v.Impact, v.Help, v.ID)
		for _, n := range v.Nodes {
			text += "\n  " + n.HTML + "\n  " + n.FailureSummary
		}
		if v.Impact == "serious" || v.Impact == "critical" {
			tb.t.Errorf("axe: %s", text)
		} else {
			tb.t.Logf("axe: %s", text)
		}
	}
}
