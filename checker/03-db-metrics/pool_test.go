package dbmetrics_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// db.client.connection.count should tell how many connections of the pool are idle and how many used.
func TestPoolObserved(t *testing.T) {
	const name = "db.client.connection.count"
	rows := [][]string{{name, "idle", "used"}}
	want, got := rows[:1:1], rows[:1:1]
	kind := ""
	look := func(when string, s *shop) {
		stats := s.pool.Stats()
		want = append(want, []string{when, fmt.Sprint(stats.Idle), fmt.Sprint(stats.InUse)})
		m, _ := s.rec.Metric(name)
		values := map[string]string{"idle": "not there", "used": "not there"}
		for _, p := range m.Points {
			if state, ok := p.Attr("db.client.connection.state"); ok {
				values[state] = fmt.Sprint(p.Value)
			}
		}
		kind = m.Kind
		got = append(got, []string{when, values["idle"], values["used"]})
	}
	open(t, &database.Database{Takes: time.Minute}, func(ctx context.Context, s *shop) {
		done := make(chan struct{})
		for range 2 {
			go func() {
				_, _, _ = s.status(ctx, 42)
				done <- struct{}{}
			}()
		}
		time.Sleep(time.Second)
		look("two queries run", s)
		<-done
		<-done
		look("they have ended", s)
	})
	f := recorder.At(dbmetrics.NewStore, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	switch {
	case kind == "":
		f.Got = "no " + name
		f.Cause = "Nobody calls you when a connection becomes idle, so you are asked instead: an observable instrument has\na callback, which runs whenever metrics are collected. It has to be registered, for that instrument."
	case f.Got != f.Want:
		f.Cause = "db.Stats() has both numbers, Idle and InUse. The attribute is db.client.connection.state, idle or used."
	case kind != "up-down counter":
		f.Got, f.Want = kind, "up-down counter"
		f.Cause = "Connections can be added up, over states and over services, and go up and down: that is an UpDownCounter.\nA gauge is for what makes no sense as a sum, like a temperature."
	default:
		return
	}
	recorder.Fail(t, f)
}

// Every query should give its connection back to the pool.
func TestConnectionsReturned(t *testing.T) {
	header := []string{"of one connection", "query", "connections used afterwards"}
	want, got := [][]string{header}, [][]string{header}
	db := &database.Database{Fails: map[int64]error{1: database.NoTable("orders")}}
	s := open(t, db, func(ctx context.Context, s *shop) {
		s.pool.SetMaxOpenConns(1)
		for _, r := range []struct {
			what string
			id   int64
		}{{"an order", 42}, {"no such order", 999}, {"a failure", 1}, {"another order", 7}} {
			limited, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel() // when all is over: a context that ends would hide what was left open
			start := time.Now()
			_, _ = s.store.Status(limited, r.id)
			fate := "answered"
			if time.Since(start) >= time.Minute {
				fate = "waits for a connection"
			}
			want = append(want, []string{r.what, "answered", "0"})
			got = append(got, []string{r.what, fate, fmt.Sprint(s.pool.Stats().InUse)})
		}
	})
	if len(s.db.Queries()) > 0 && recorder.Table(want...) == recorder.Table(got...) {
		return
	}
	recorder.Fail(t, recorder.At((*dbmetrics.Store).Status, finding.Finding{
		Want:  recorder.Table(want...),
		Got:   recorder.Table(got...),
		Cause: "Rows hold their connection until they are closed, or read to their end: defer rows.Close(). When the pool has\nrun dry, every request waits for a connection that nobody will give back. QueryRow closes by itself.",
	}))
}
