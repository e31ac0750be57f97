package failuremodes_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"otel.workshop/checker/receiver"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// An end is what came of Run, in fake time, with a request in flight.
type end struct {
	answer   error // why the request has none
	returned bool  // Run, within a day
	took     time.Duration
	err      error // what it has returned
	lines    int   // in the service's log, by then
}

// endAfter plays an end that comes when the service has run for a while, and a
// request for as long as begun. The database takes so long to answer it; the
// payment API is not there.
func endAfter(t *testing.T, runs, begun, takes time.Duration, onStuck finding.Finding) (e end) {
	t.Helper()
	// The time of a bubble stands still while anybody waits for what is outside of
	// it, as whoever keeps a connection does: no one keeps one for long.
	collector := httptest.NewUnstartedServer(receiver.New(t))
	collector.Config.SetKeepAlivesEnabled(false)
	collector.Config.ReadHeaderTimeout = 500 * time.Millisecond
	collector.Start()
	t.Cleanup(collector.Close)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	recorder.Bubble(t, onStuck, func(context.Context) {
		db := newDatabase()
		db.Takes, db.Varies = takes, nil
		pool := db.Open()
		ln, log := newPipe(), &logbook{}
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			e.err = failuremodes.Run(ctx, ln, failuremodes.Config{
				DB: pool, PaymentsURL: "http://127.0.0.1:1", PaymentTimeout: time.Second, FlushTimeout: time.Second,
				Log: log.logger(),
			})
		}()
		client := ln.client()
		hurry, hangUp := context.WithTimeout(context.Background(), 24*time.Hour)
		defer hangUp()
		answered := make(chan error, 1)
		time.Sleep(runs - begun)
		go func() { answered <- ask(hurry, client) }()
		time.Sleep(begun)
		stop()
		start := time.Now()
		select {
		case <-ended:
			e.returned = true
		case <-time.After(24 * time.Hour):
		}
		e.took, e.lines = time.Since(start), len(log.all())
		_ = pool.Close() // there is nothing behind it
		_ = ln.Close()
		hangUp()
		e.answer = <-answered
	})
	return e
}

// mustDrainInTime ends the check when a request that does not finish keeps Run
// from returning, or is cut off without a word.
func mustDrainInTime(t *testing.T) {
	t.Helper()
	const platform = 30 * time.Second // waits so long as a rule, and then kills
	const scene = "a request takes an hour, and the end comes\nRun "
	f := recorder.At(failuremodes.Run, finding.Finding{Want: scene + "returns within half a minute", Got: scene + "never returns"})
	e := endAfter(t, 10*time.Second, 10*time.Second, time.Hour, f)
	if e.returned && e.took <= platform {
		if e.err == nil && e.lines == 0 {
			recorder.Needs(t, "drain-before-flush")
			f.Want, f.Got = scene+"returns an error, or the log has a word of it", scene+"returns no error, and the log has no word"
			f.Cause = "A customer has no answer, and what the request recorded is not sent. http.Server.Shutdown returns an error when its\ntime is up before all requests have finished."
			recorder.Fail(t, f)
		}
		return
	}
	recorder.Needs(t, "drain-before-flush")
	if f.Got = scene + "returns after " + e.took.Round(time.Minute).String(); !e.returned {
		f.Got = scene + "is still running a day later"
	}
	f.Cause = "To let requests finish is right, and to let them finish for ever is not: the platform waits half a minute, then kills\nthe process, and nothing is flushed. What is waited for at the end, requests and receipts, has a time of its own."
	recorder.Fail(t, f)
}

// mustDrainWhenOld ends the check when a request is cut off at the end of a
// service that has run for a while. Soon after the start it was not.
func mustDrainWhenOld(t *testing.T) {
	t.Helper()
	const scene = "a request is in flight, and the end comes a minute after the start\nit is "
	f := recorder.At(failuremodes.Run, finding.Finding{Want: scene + "answered", Got: scene + "never answered"})
	e := endAfter(t, time.Minute, 20*time.Millisecond, 200*time.Millisecond, f)
	if e.answer == nil {
		return
	}
	f.Got = scene + "cut off"
	f.Cause = "Soon after the start, the same request is answered. A deadline is a point in time: one that is made when the service\nstarts has passed long before the service ends."
	recorder.Fail(t, f)
}

// ask asks for an order, and returns why there is no answer.
func ask(ctx context.Context, client *http.Client) error {
	req, err := http.NewRequestWithContext(ctx, "GET", "http://shop/orders/"+known, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// mustWaitInTime ends the check when receipts have a method Wait that waits
// longer than its context allows, in fake time.
func mustWaitInTime(t *testing.T) {
	t.Helper()
	const scene = "a receipt takes an hour\nWait with a context of 5 s "
	took := time.Duration(-1)
	told := false
	f := recorder.At((*failuremodes.Receipts).Send, finding.Finding{Want: scene + "returns with it", Got: scene + "never returns"})
	recorder.Bubble(t, f, func(ctx context.Context) {
		log := &logbook{}
		r := failuremodes.NewReceipts(log.logger(), 10*time.Hour)
		w, ok := any(r).(interface{ Wait(context.Context) error })
		if !ok {
			took, told = 0, true // it is waited for in another way
			return
		}
		var over atomic.Bool
		r.Send(ctx, 42, func(ctx context.Context) error {
			defer over.Store(true)
			select {
			case <-time.After(time.Hour):
			case <-ctx.Done():
			}
			return ctx.Err()
		})
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		start := time.Now()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			err := w.Wait(ctx)
			told = err != nil || len(log.all()) > 0 || over.Load()
		}()
		select {
		case <-ended:
			took = time.Since(start)
		case <-time.After(24 * time.Hour):
		}
	})
	switch inTime := took >= 0 && took <= 6*time.Second; {
	case inTime && told:
		return
	case inTime:
		f.Want, f.Got = scene+"returns an error", scene+"returns nil, and the log has no word"
		f.Cause = "nil says that all receipts are done with, and one is not: ctx.Err() says why it was not waited for."
		recorder.Fail(t, f)
	}
	if f.Got = scene + "returns after " + took.Round(time.Minute).String(); took < 0 {
		f.Got = scene + "waits for ever"
	}
	f.Cause = "sync.WaitGroup.Wait knows no context. Call it in a goroutine that closes a channel, and wait for the channel or for\nctx.Done(), whichever is first."
	recorder.Fail(t, f)
}
