package web

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/desk"
)

// A mistake that the learner's tests have let through should be shown as its diff
// and as what it tells, beside what the solution tells.
func TestAMistakeThatGotThrough(t *testing.T) {
	ss := checkout(t)
	s := serve(t, ss, check(t, ss, "05/catches-lost-parents"))
	s.desk.Grade(t.Context(), func(desk.Event) {})
	_, body, _ := get(t, s, "/workshop/check")
	require.NotContains(t, body, "/workshop/expected", "tests tell nothing that a solution's could be held against")

	tb := openTab(t, s)
	tb.open("/")
	const sides = ".missed .card"
	tb.until(`document.querySelectorAll("`+sides+`").length === 2`, 10*time.Second)
	right, wrong := tb.text(sides+".pass"), tb.text(sides+".fail")
	for _, span := range []string{"GET /orders/{id}", "load order", "db.query", "GET /payments/{id}"} {
		require.Contains(t, right, span)
		require.Contains(t, wrong, span)
	}
	require.Equal(t, 1, eval[int](tb, `document.querySelectorAll("`+sides+`.pass .trace").length`), "one tree")
	require.Equal(t, 2, eval[int](tb, `document.querySelectorAll("`+sides+`.fail .trace").length`), "torn in two")
	require.Contains(t, tb.text(".missed"), "TestOrder", "which tests ran on it")
	require.Contains(t, tb.text(".diff .add"), "context.Background()")

	// The details of a span of either side can be looked at.
	for _, side := range []string{".pass", ".fail"} {
		eval[int](tb, `document.querySelector("`+sides+side+` .row summary").click(), 0`)
		tb.until(`document.querySelector("`+sides+side+` .row[open] .span dl")`, 5*time.Second)
	}
	eval[int](tb, `document.querySelectorAll(".missed .row[open] summary").forEach(s => s.click()), 0`)
	pictures(tb, "missed-spans")

	eval[int](tb, `document.querySelector("`+sides+`.fail h3 a").click(), 0`)
	tb.until(`location.pathname === "/mistakes/background-context" && document.querySelector("h1")?.innerText.startsWith("The span is started from")`, 5*time.Second)

	// What shows in metrics is shown in those.
	s.desk.GoTo(*check(t, ss, "05/catches-uncounted"))
	tb.open("/")
	tb.until(`document.querySelectorAll("`+sides+` .lines").length === 2`, 10*time.Second)
	require.Contains(t, tb.text(sides+".pass"), "db.query.count")
	require.NotContains(t, tb.text(sides+".fail .lines"), "db.query.count", "a failed query is not counted")
	pictures(tb, "missed-metrics")
}
