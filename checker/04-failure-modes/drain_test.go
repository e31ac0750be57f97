package failuremodes_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// mustDrainInTime ends the check when a request that does not finish keeps Run
// from returning, in fake time.
func mustDrainInTime(t *testing.T) {
	t.Helper()
	const platform = 30 * time.Second // waits so long as a rule, and then kills
	const scene = "a request takes an hour, and the end comes\nRun "
	var took time.Duration
	returned := false
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1") // nobody listens there
	f := recorder.At(failuremodes.Run, finding.Finding{Want: scene + "returns within half a minute", Got: scene + "never returns"})
	recorder.Bubble(t, f, func(context.Context) {
		db := newDatabase()
		db.Takes, db.Varies = time.Hour, nil
		pool := db.Open()
		ln := newPipe()
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = failuremodes.Run(ctx, ln, failuremodes.Config{ // it may say that it has given up
				DB: pool, PaymentsURL: "http://127.0.0.1:1", PaymentTimeout: time.Second, FlushTimeout: time.Second,
				Log: (&logbook{}).logger(),
			})
		}()
		client := ln.client()
		hurry, hangUp := context.WithTimeout(context.Background(), 24*time.Hour)
		defer hangUp()
		go func() { _ = ask(hurry, client) }()
		time.Sleep(10 * time.Second)
		stop()
		start := time.Now()
		select {
		case <-ended:
			returned = true
		case <-time.After(24 * time.Hour):
		}
		took = time.Since(start)
		_ = pool.Close() // there is nothing behind it
		_ = ln.Close()
	})
	if returned && took <= platform {
		return
	}
	recorder.Needs(t, "drain-before-flush")
	if f.Got = scene + "returns after " + took.Round(time.Minute).String(); !returned {
		f.Got = scene + "is still running a day later"
	}
	f.Cause = "To let requests finish is right, and to let them finish for ever is not: the platform waits half a minute, then kills\nthe process, and nothing is flushed. What is waited for at the end, requests and receipts, has a time of its own."
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
	f := recorder.At((*failuremodes.Receipts).Send, finding.Finding{Want: scene + "returns with it", Got: scene + "never returns"})
	recorder.Bubble(t, f, func(ctx context.Context) {
		r := failuremodes.NewReceipts((&logbook{}).logger(), 10*time.Hour)
		w, ok := any(r).(interface{ Wait(context.Context) error })
		if !ok {
			took = 0 // it is waited for in another way
			return
		}
		r.Send(ctx, 42, func(ctx context.Context) error {
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
			_ = w.Wait(ctx) // it may say that time is up
		}()
		select {
		case <-ended:
			took = time.Since(start)
		case <-time.After(24 * time.Hour):
		}
	})
	if took >= 0 && took <= 6*time.Second {
		return
	}
	if f.Got = scene + "returns after " + took.Round(time.Minute).String(); took < 0 {
		f.Got = scene + "waits for ever"
	}
	f.Cause = "sync.WaitGroup.Wait knows no context. Call it in a goroutine that closes a channel, and wait for the channel or for\nctx.Done(), whichever is first."
	recorder.Fail(t, f)
}
