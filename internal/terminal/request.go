package terminal

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"otel.workshop/internal/desk"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/report"
	"otel.workshop/internal/shop"
)

// requested is how a request to the learner's service went.
type requested struct{ desk.Order }

// telemetryTime is how long after a request its telemetry is looked for: the
// batch takes up to five seconds, the metrics up to ten.
const telemetryTime = 12 * time.Second

// send builds and starts the step's service when needed, and sends it a request.
func (m *model) send() {
	m.flash = "sending a request …"
	step := m.check.Step
	m.background.Go(func() {
		order := m.counter.Get(m.ctx, shop.Source{Step: step})
		if m.ctx.Err() == nil {
			m.tell(requested{order})
		}
	})
}

func (m *model) requested(e requested) {
	m.flash = ""
	var broken *shop.BuildError
	switch {
	case errors.As(e.Err, &broken):
		m.say(m.look.paint(report.Red, "✎") + " " + m.look.bold(broken.Source.String()+" does not compile") + "\n\n" + m.look.code(printable.Text(broken.Messages), 4))
		return
	case e.Err != nil:
		m.say(m.look.prose(sentence(e.Err.Error()), 0))
		return
	}
	if m.watch.IsZero() {
		m.heard = false
		m.feed = NewFeed(m.collector.Store()) // what came in between is not about this request
	}
	m.watch = time.Now().Add(telemetryTime)
	m.feed.Caller(e.Response.TraceID, e.Caller())
	m.say(answered("GET "+e.URL, fmt.Sprintf("answered %d %s", e.Response.Status, printable.Text(firstLine(e.Response.Body))), m.look) +
		"\n" + m.look.dim(m.look.prose("If the service has set up its providers, spans arrive within five seconds, metrics within ten.", 2)))
}

// answered draws a request and its answer, on one line where there is room.
func answered(request, answer string, look Look) string {
	if ansi.StringWidth(request+"  "+answer) <= look.Width {
		return look.bold(request) + look.dim("  "+answer)
	}
	return look.bold(request) + "\n" + look.dim(look.code(answer, 2))
}

// silence says that a request has brought nothing, and which check makes it so.
func (m *model) silence() string {
	text := "No provider of your service has sent anything."
	for _, id := range []string{"providers-global", "plain-http-by-default"} {
		for _, res := range m.report.Results {
			if res.Check.ID == id && res.Outcome != grader.Pass {
				return text + " Check " + res.Check.Number + " " + id + " changes that."
			}
		}
	}
	return text
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
