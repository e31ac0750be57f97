package terminal

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/desk"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/report"
	"otel.workshop/internal/session"
)

// Plain is the workshop without a screen: it grades the step at hand at every
// save, and prints, until ctx is done. The error is w's. The desk is still to be
// closed afterwards.
func Plain(ctx context.Context, d *desk.Desk, page Page, look Look, w io.Writer) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := &plain{session: d.Session(), look: look, out: w}
	p.print(welcome(d, page, look))
	var mu sync.Mutex // of p: a room and forwarding have their news in between
	take := func(event any) {
		mu.Lock()
		defer mu.Unlock()
		if p.take(event); p.err != nil {
			cancel(p.err) // nobody reads any more
		}
	}
	var aside sync.WaitGroup
	aside.Go(func() { followRoom(ctx, d, take) })
	aside.Go(func() { followForwarding(ctx, d, look, take) })
	d.Run(ctx, func(event desk.Event) { take(event) })
	cancel(nil)
	aside.Wait()
	return p.err
}

// followRoom takes what a desk has to say of a room, whenever that changes: not
// for each grading that waits.
func followRoom(ctx context.Context, d *desk.Desk, take func(any)) {
	changed, cancel := d.Subscribe()
	defer cancel()
	for last := (desk.Room{}); ; {
		if now := d.State().Room; now.Is != last.Is {
			last = now
			take(now)
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

// plain prints what a desk tells. Events come one at a time.
type plain struct {
	session *session.Session
	look    Look
	out     io.Writer
	began   bool // whether anything has been graded yet
	grading bool // whether a run is announced that has not ended
	err     error
}

func (p *plain) take(event any) {
	switch e := event.(type) {
	case desk.Started:
		if p.grading { // a save has cut the last run short, and this one goes on for it
			return
		}
		p.grading = true
		text := "Grading " + e.Step.Name + " …"
		if !p.began { // the first run of all compiles every library
			text += " The first time in a fresh checkout, this takes a minute."
			p.began = true
		}
		p.print(p.look.dim(text))
	case desk.Graded:
		p.grading = false
		p.print(plainReport(p.session, e, p.look))
	case desk.Failed:
		p.grading = false
		p.print(e.Err.Error())
	case desk.Noticed:
		p.print(e.Text)
	case desk.Room:
		p.print(p.look.dim(e.String()))
	}
}

// plainReport is what plain mode prints after a run.
func plainReport(s *session.Session, e desk.Graded, look Look) string {
	text := reportText(e, look)
	v := session.Judge(e.Before, e.Report, "")
	sp := speaker{
		next: func(c lesson.Check) string {
			return "Start " + command("go run .") + " anew for its first check, " + c.Number + " " + c.Title + "."
		},
		further: command("go run . list") + " shows them.",
		live:    command("go run . run "+e.Report.Step.Name[:2]) + " shows it live.",
	}
	after := "Waiting for the next save; Ctrl-C ends."
	return paragraphs(text, lost(v, look), sp.gained(s, v, lesson.Check{}, look), sp.done(s, v, look), look.dim(after))
}

func (p *plain) print(text string) {
	if p.err != nil {
		return
	}
	if _, err := io.WriteString(p.out, text+"\n\n"); err != nil {
		p.err = fmt.Errorf("print: %w", err)
	}
}

func closeCollector(c *collector.Collector) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := c.Close(ctx); err != nil {
		return fmt.Errorf("stop the collector: %w", err)
	}
	return nil
}

// reportText is a report as go run . check prints it.
func reportText(e desk.Graded, look Look) string {
	var b strings.Builder
	_ = report.Text(&b, e.Report, look.report()) // a Builder doesn't fail
	return b.String()
}
