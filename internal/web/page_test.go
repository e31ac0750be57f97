package web

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/desk"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/session/sessiontest"
)

// What the terminal is told, the page shows within a second.
func TestASaveChangesTheVerdict(t *testing.T) {
	s, g := fake(t)
	events := work(t, s)
	graded := func() time.Time {
		for {
			select {
			case e := <-events:
				if _, ok := e.(desk.Graded); ok {
					return time.Now()
				}
			case <-time.After(10 * time.Second):
				require.FailNow(t, "no verdict")
			}
		}
	}
	tb := openTab(t, s)
	tb.open("/")
	graded()
	tb.until(`document.querySelector("#verdict").innerText.includes("fails")`, 5*time.Second)
	require.Contains(t, tb.text("#nav"), "0 of 3")

	g.Set(grader.Pass, "alpha")
	saved := time.Now()
	sessiontest.Write(t, s.desk.Session().Root(), "steps/01-first/first.go", "package first // saved\n")
	told := graded()
	tb.until(`document.querySelector("#verdict").innerText.includes("passes")`, 5*time.Second)
	seen := time.Now()
	t.Logf("from the save to the terminal %s, to the page %s", told.Sub(saved), seen.Sub(saved))
	require.Less(t, seen.Sub(told), time.Second)
	tb.until(`document.querySelector("#nav").innerText.includes("1 of 3")`, time.Second)
	tb.until(`document.querySelector("#status").innerText.includes("1 of 3 core checks pass")`, time.Second)

	// A step forward on the page is one in the terminal, and the other way round.
	tb.key("n")
	require.Eventually(t, func() bool { return s.desk.At().ID == "beta" }, 5*time.Second, 10*time.Millisecond)
	tb.until(`document.querySelector("h1").innerText.includes("Beta things")`, 5*time.Second)
	s.desk.GoTo(s.desk.Session().Steps[0].Checks[2])
	tb.until(`document.querySelector("h1").innerText.includes("Gamma things")`, 5*time.Second)

	tb.key("h")
	tb.until(`document.querySelector(".hints")?.innerText.includes("nudge gamma")`, 5*time.Second)
	require.Equal(t, 1, s.desk.Session().Hints(s.desk.At()))

	g.Build = "steps/01-first/first.go:1:1: oops"
	tb.key("r")
	graded()
	tb.until(`document.querySelector("#check").innerText.includes("does not compile") && document.querySelector("#check").innerText.includes("oops")`, 5*time.Second)
}

func TestTheButtonWithoutAMouse(t *testing.T) {
	ss := checkout(t)
	s := serve(t, ss, check(t, ss, "03/query-span"))
	tb := openTab(t, s)
	tb.open("/live")
	require.Contains(t, tb.text("#traces"), "No trace yet")

	tb.tabTo(`document.activeElement.id === "source"`)
	for range 10 {
		if eval[string](tb, `document.querySelector("#source").value`) == "solutions/03-db-metrics" {
			break
		}
		tb.key(kb.ArrowDown)
	}
	require.Equal(t, "solutions/03-db-metrics", eval[string](tb, `document.querySelector("#source").value`))
	tb.key(kb.Tab)

	tb.key("o")
	tb.until(`document.querySelector(".answers")?.innerText.includes('200 {"id":42')`, time.Minute) // it is built first
	tb.until(`document.querySelectorAll(".chosen .row").length === 6`, 15*time.Second)
	chosen := tb.text(".chosen")
	require.Contains(t, chosen, "demo-service")
	require.Contains(t, chosen, "payment-api")
	require.Contains(t, chosen, "your request")

	// The payment API fails: an error in the trace, by more than a colour.
	tb.key("8")
	tb.until(`document.querySelector('.fault[aria-pressed="true"]')?.innerText.includes("payment 500")`, 5*time.Second)
	tb.key("o")
	tb.until(`document.querySelector(".answers").innerText.includes("502")`, 10*time.Second)
	tb.until(`document.querySelector(".chosen .cross")?.innerText === "✗"`, 15*time.Second)
	tb.key("8")
	tb.until(`!document.querySelector('.fault[aria-pressed="true"]')`, 5*time.Second)

	// The trace's rows by arrow keys, the span's details by Enter.
	tb.tabTo(`document.activeElement.matches(".row summary")`)
	tb.key(kb.ArrowDown)
	require.Equal(t, 1, eval[int](tb, `[...document.querySelectorAll(".row summary")].indexOf(document.activeElement)`))
	tb.key(kb.Enter)
	tb.until(`document.querySelector(".row[open] .span dl")`, 5*time.Second)
	details := tb.text(".row[open] .span")
	require.Contains(t, details, "http.route")
	require.Contains(t, details, "service.name")
	require.Contains(t, details, "error")

	// Some hang up; the details stay open while traces arrive.
	tb.key("7") // slow payment
	tb.until(`document.querySelector('.fault[aria-pressed="true"]')`, 5*time.Second)
	tb.key("x")
	tb.until(`document.querySelector(".answers").innerText.includes("hung up before")`, 10*time.Second)
	tb.key("7")
	tb.key("b")
	tb.until(`document.querySelector("#metrics").innerText.includes("http.server.request.duration")`, 20*time.Second)
	require.NotEmpty(t, eval[string](tb, `document.querySelector("#metrics .dot")?.closest("a")?.getAttribute("href") ?? ""`), "an exemplar leads to its trace")

	tb.key("?")
	tb.until(`document.querySelector("#keys").open`, time.Second)
	require.Contains(t, tb.text("#keys"), "where is my order?")
	tb.key(kb.Escape)
	tb.until(`!document.querySelector("#keys").open`, time.Second)
	require.Eventually(t, func() bool { // a request that is still to come would start the service again
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.busy == 0
	}, 20*time.Second, 10*time.Millisecond)
	eval[int](tb, `document.querySelector('[data-key="s"]').focus(), 0`)
	tb.key(kb.Enter)
	tb.until(`document.querySelector(".state").innerText.includes("not running")`, 20*time.Second)
	tb.key(kb.Enter) // the same button has become the other one, and has the focus
	tb.until(`document.querySelector(".state").innerText.includes("03-db-metrics runs")`, 20*time.Second)

	tb.key("8")
	tb.until(`document.querySelector('.fault[aria-pressed="true"]')`, 5*time.Second)
	tb.key("o")
	tb.until(`document.querySelectorAll(".plot-card").length > 2 && document.querySelector(".chosen .cross")`, 20*time.Second)
	pictures(tb, "live")
	eval[int](tb, `document.querySelectorAll(".chosen .row summary")[1].click(), 0`)
	tb.until(`document.querySelector(".row[open] .span dl")`, 5*time.Second)
	pictures(tb, "live-span")
	tb.key("s")
	tb.until(`document.querySelector(".state").innerText.includes("not running")`, 20*time.Second)
}

func TestTheGalleryRunsADemo(t *testing.T) {
	s := serve(t, checkout(t), nil)
	tb := openTab(t, s)
	tb.open("/mistakes")
	tb.tabTo(`document.activeElement.matches(".tiles a")`)
	for eval[string](tb, `document.activeElement.getAttribute("href")`) != "/mistakes/background-context" {
		tb.key(kb.Tab)
	}
	tb.key(kb.Enter)
	tb.until(`document.querySelector(".diff")?.innerText.includes("context.Background()")`, 5*time.Second)
	require.Contains(t, tb.text(".content"), "Caught by")
	tb.until(`document.querySelector('[data-key="o"]').hasAttribute("data-htmx-powered")`, 5*time.Second) // the scripts come after the text
	eval[int](tb, `document.querySelector('[data-key="o"]').focus(), 0`)
	tb.key(kb.Enter)
	tb.until(`document.querySelector("#demo .state").classList.contains("busy")`, 5*time.Second)
	tb.key(kb.Enter) // once is enough: a second time would be refused
	status, body, _ := do(t, s, "POST", "/mistakes/ctx-discarded/run", "HX-Request", "true")
	require.Equal(t, 409, status)
	require.Contains(t, body, "background-context is being shown")
	tb.until(`document.querySelectorAll(".sides > section").length === 2`, 90*time.Second)
	require.Contains(t, tb.text("#demo .figures"), "≠")
	require.Equal(t, "o", eval[string](tb, `document.activeElement.dataset.key ?? ""`), "the button keeps the focus")
	tb.tabTo(`document.activeElement.matches(".sides .row summary")`)
	tb.key(kb.Enter)
	tb.until(`document.querySelector(".sides .row[open] .span dl")`, 5*time.Second)
	tb.open("/mistakes/background-context")
	pictures(tb, "mistake")
}

// tabTo presses Tab until an expression is true.
func (tb *tab) tabTo(expression string) {
	tb.t.Helper()
	for range 120 {
		if eval[bool](tb, "Boolean("+expression+")") {
			return
		}
		tb.key(kb.Tab)
	}
	require.FailNow(tb.t, "Tab does not lead there", expression)
}

func TestSingleKeysCanBeSwitchedOff(t *testing.T) {
	s, _ := fake(t)
	tb := openTab(t, s)
	tb.open("/live")

	eval[int](tb, `localStorage.setItem("workshop-keys", "off"), 0`)
	tb.key("2")
	tb.key("1")
	time.Sleep(200 * time.Millisecond)
	require.Equal(t, "/live", eval[string](tb, "location.pathname"))
	eval[int](tb, `localStorage.removeItem("workshop-keys"), 0`)
	tb.key("1")
	tb.until(`location.pathname === "/"`, 5*time.Second)
}

// No other button slips into the place of the one that has the focus: Enter
// pressed once more does nothing unasked.
func TestTheLastHintDoesNotHandOnTheFocus(t *testing.T) {
	s, _ := fake(t)
	tb := openTab(t, s)
	tb.open("/")
	tb.until(`document.querySelector('[data-key="h"]').hasAttribute("data-htmx-powered")`, 5*time.Second)
	hints := len(s.desk.At().Hints)
	for given := range hints {
		tb.until(fmt.Sprintf(`document.querySelectorAll(".hints .prose").length === %d`, given), 5*time.Second)
		eval[int](tb, `document.querySelector('[data-key="h"]').focus(), 0`)
		tb.key(kb.Enter)
	}
	tb.until(`!document.querySelector('[data-key="h"]')`, 5*time.Second)
	require.NotEqual(t, "n", eval[string](tb, `document.activeElement.dataset.key ?? ""`))
}

// The list at the side opens at the check at hand, and the window is named after
// it.
func TestTheListFollowsIntoAnotherStep(t *testing.T) {
	s, _ := fake(t)
	tb := openTab(t, s)
	tb.open("/")
	tb.until(`document.querySelector(".check[aria-current]").checkVisibility()`, 5*time.Second)
	s.desk.GoTo(s.desk.Session().Steps[1].Checks[0])
	tb.until(`document.querySelector("h1").innerText.includes("Epsilon things")`, 5*time.Second)
	tb.until(`document.querySelector("#step-02 .check[aria-current]")?.checkVisibility()`, 5*time.Second)
	tb.until(`document.title.startsWith("2.1 Epsilon things")`, time.Second)

	eval[int](tb, `document.querySelector("#step-02").open = false, 0`)
	eval[int](tb, `htmx.ajax("GET", "/workshop/nav", {target: "#nav", swap: "innerMorph"}).then(() => 0)`)
	require.False(t, eval[bool](tb, `document.querySelector("#step-02").open`), "what somebody closes stays closed")
}
