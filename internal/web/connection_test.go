package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/waterfall/canned"
)

// A script that is slow to arrive is waited for: a page that begins without the
// one that hears of changes would stand still for good.
func TestTheScriptsArriveInAnyOrder(t *testing.T) {
	for _, slow := range []string{"htmx.min.js", "hx-sse.min.js", "page.js"} {
		t.Run(slow, func(t *testing.T) {
			s, _ := fake(t)
			tb := openTab(t, s)
			tb.holdUp("*"+slow, 300*time.Millisecond)
			tb.open("/")
			checks := s.desk.Session().Steps[0].Checks
			s.desk.GoTo(checks[1])
			tb.until(`document.querySelector("h1").innerText.includes("Beta things")`, 5*time.Second)
			s.desk.GoTo(checks[2]) // not with the page's own catching up
			tb.until(`document.querySelector("h1").innerText.includes("Gamma things")`, 5*time.Second)
			tb.key("?")
			tb.until(`document.querySelector("#keys").open`, time.Second)
		})
	}
}

// A browser has six connections for all tabs of the workshop: those that wait
// in the background, the next seven mistakes to show, leave some for the others.
func TestTabsInTheBackgroundTakeNoConnection(t *testing.T) {
	s, _ := fake(t)
	tb := openTab(t, s)
	tb.open("/")
	for range 7 {
		opened := tell(tb, target.CreateTarget, target.CreateTargetParams{URL: s.URL() + "/live", Background: new(true)}).TargetID
		t.Cleanup(func() {
			_, err := cdp.Call(tb.ctx, chromedp.FromContext(tb.ctx).Browser, target.CloseTarget, target.CloseTargetParams{TargetID: opened})
			require.NoError(t, err)
		})
		require.Eventually(t, func() bool {
			info := tell(tb, target.GetTargetInfo, target.GetTargetInfoParams{TargetID: opened}).TargetInfo
			return strings.HasPrefix(info.Title, "Live")
		}, 5*time.Second, 20*time.Millisecond, "a tab does not load")
	}
	s.desk.GoTo(s.desk.Session().Steps[0].Checks[1])
	tb.until(`document.querySelector("h1").innerText.includes("Beta things")`, 5*time.Second)
}

// A connection that fails at the very beginning is made again.
func TestTheFirstConnectionIsTriedAgain(t *testing.T) {
	s, _ := fake(t)
	tb := openTab(t, s)
	tb.refuseOnce("*/events")
	tb.open("/")
	tb.until(`!document.querySelector("#offline").hidden`, 5*time.Second)
	tb.mu.Lock()
	tb.problems = nil // of course the browser complains of that
	tb.mu.Unlock()
	tb.until(`document.querySelector("#offline").hidden`, 5*time.Second)
	s.desk.GoTo(s.desk.Session().Steps[0].Checks[1])
	tb.until(`document.querySelector("h1").innerText.includes("Beta things")`, 5*time.Second)
}

func TestAPageThatIsLeftBehindSaysSo(t *testing.T) {
	s, _ := fake(t)
	tb := openTab(t, s)
	tb.open("/")
	tb.until(`document.querySelector("#offline").hidden`, time.Second)
	tb.mu.Lock()
	tb.alone = true // of course it complains from now on
	tb.mu.Unlock()
	s.Close()
	tb.until(`!document.querySelector("#offline").hidden`, 30*time.Second)
}

// A trace that is chosen while others arrive is the one that is shown.
func TestAChoiceIsNotOvertaken(t *testing.T) {
	s, _ := fake(t)
	export(t, s, canned.TwoSeconds()...)
	export(t, s, canned.Torn()[2:]...)
	first := canned.TwoSeconds()[0].TraceID
	tb := openTab(t, s)
	tb.open("/live")
	tb.until(`document.querySelector("#traces").hasAttribute("data-htmx-powered")`, 5*time.Second)
	time.Sleep(500 * time.Millisecond) // the page has caught up
	tb.holdUp("*/live/traces*", 200*time.Millisecond)
	tb.until(fmt.Sprintf(`!document.querySelector("#t-%s [aria-current]")`, first), time.Second)
	arrival := `document.dispatchEvent(new Event("traces"))`
	eval[bool](tb, arrival)
	eval[int](tb, fmt.Sprintf(`document.querySelector("#t-%s a").click(), 0`, first))
	eval[bool](tb, arrival)
	chosen := fmt.Sprintf(`document.querySelector("#t-%s [aria-current]")`, first)
	tb.until(chosen, 5*time.Second)
	for range 20 { // the second arrival is answered, too
		time.Sleep(50 * time.Millisecond)
		require.True(t, eval[bool](tb, "Boolean("+chosen+")"))
	}
}

// Without JavaScript the page follows nothing by itself, but every button works.
func TestWithoutScripts(t *testing.T) {
	s, _ := fake(t)
	tb := openTab(t, s)
	tell(tb, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	press := func(selector string) {
		t.Helper()
		eval[int](tb, fmt.Sprintf(`document.querySelector(%q).click(), 0`, selector))
	}
	tb.open("/")
	press("#next")
	require.Eventually(t, func() bool { return s.desk.At().ID == "beta" }, 5*time.Second, 10*time.Millisecond)
	tb.until(`document.querySelector("h1")?.innerText.includes("Beta things")`, 5*time.Second)
	press("#hint")
	tb.until(`document.querySelector(".hints")?.innerText.includes("nudge beta")`, 5*time.Second)
	press("#previous")
	tb.until(`document.querySelector("h1")?.innerText.includes("Alpha things")`, 5*time.Second)
	tb.open("/live")
	require.Contains(t, tb.text("main"), "collector down")
	press(`.fault[data-key="="]`)
	tb.until(`document.querySelector('.fault[aria-pressed="true"]')`, 5*time.Second)
	press(`.fault[data-key="="]`)
	tb.until(`document.querySelector('.fault[data-key="="]')?.ariaPressed === "false"`, 5*time.Second)
}
