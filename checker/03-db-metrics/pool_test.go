package dbmetrics_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// db.client.connection.count, an up-down counter, should tell how many connections of the pool are idle and how many used.
func TestPoolObserved(t *testing.T) {
	const name = poolCount
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
	s := open(t, &database.Database{Takes: time.Minute}, func(ctx context.Context, s *shop) {
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
		time.Sleep(time.Second) // what a query leaves behind has been put away
		look("they have ended", s)
	})
	f := recorder.At(dbmetrics.NewStore, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	switch {
	case kind == "":
		f.Got = missing(s.rec, name)
		f.Cause = "Nobody calls you when a connection becomes idle, so you are asked instead: an observable instrument has\na callback, which runs whenever metrics are collected. It has to be registered, for that instrument."
	case f.Got != f.Want && strings.Contains(f.Got, "not there"):
		f.Cause = "Each state is a series of its own, told apart by the attribute db.client.connection.state, idle or used.\ndb.Stats() has both numbers, Idle and InUse."
	case f.Got != f.Want && slices.Equal(got[1][1:], got[2][1:]):
		f.Cause = "The numbers stay what they were: db.Stats() has to be called in the callback, each time that it runs, and\nnot before."
	case f.Got != f.Want:
		f.Cause = "db.Stats() has both numbers, Idle and InUse, whenever the callback asks. The attribute\ndb.client.connection.state says which is which: idle or used."
	case kind != "up-down counter":
		f.Got, f.Want = name+"   "+kind, name+"   up-down counter"
		f.Cause = "Connections can be added up, over states and over services, and go up and down: that is an UpDownCounter.\nA gauge is for what makes no sense as a sum, like a temperature."
	default:
		return
	}
	recorder.Fail(t, f)
}

// Every query should give its connection back to the pool.
func TestConnectionsReturned(t *testing.T) {
	header := []string{"with one connection", "query", "still in use"}
	want, got := [][]string{header}, [][]string{header}
	db := &database.Database{Fails: map[int64]error{1: database.NoTable("orders")}}
	s := open(t, db, func(ctx context.Context, s *shop) {
		s.pool.SetMaxOpenConns(1)
		// A context that ends closes what was left open, and would hide it: each
		// query has more time than all that come after it together.
		for _, r := range []struct {
			what  string
			id    int64
			limit time.Duration
		}{{"an order", 42, 1000 * time.Hour}, {"no such order", 999, 100 * time.Hour}, {"a failure", 1, 10 * time.Hour}, {"another order", 7, time.Hour}} {
			limited, cancel := context.WithTimeout(ctx, r.limit)
			defer cancel()
			start := time.Now()
			_, _ = s.store.Status(limited, r.id)
			fate := "answered"
			if time.Since(start) >= r.limit {
				fate = "waits for a connection"
			}
			time.Sleep(time.Second) // what a query leaves behind has been put away
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
		Cause: "Rows hold a connection until they are closed or read to their end; a sql.Conn, until it is closed; a sql.Tx, until\nCommit or Rollback. Defer that, and every way out gives it back: when the pool has run dry, each request waits\nfor a connection that never comes. QueryRowContext and Scan give it back by themselves.",
	}))
}
