package dbmetrics_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

const poolState = "db.client.connection.state"

// db.client.connection.count, an up-down counter, should tell how many connections of the pool are idle and how many used.
func TestPoolObserved(t *testing.T) {
	rows := [][]string{{poolCount, "idle", "used"}}
	want, got := rows[:1:1], rows[:1:1]
	opened := make(map[string][]string) // the rows that there are when all that are open are told as used
	var last recorder.Metric
	var slip string
	leaks := false // connections that no query gives back
	look := func(when string, s *shop) {
		stats := s.pool.Stats()
		want = append(want, []string{when, fmt.Sprint(stats.Idle), fmt.Sprint(stats.InUse)})
		opened[when] = []string{when, fmt.Sprint(stats.Idle), fmt.Sprint(stats.OpenConnections)}
		last = s.rec.Snapshot()[poolCount]
		values := map[string]float64{}
		for _, p := range last.Points {
			if state, ok := p.Attr(poolState); ok {
				values[state] += p.Value
			} else if near := recorder.NearAttr(attribute.Key(poolState), p.Attrs); near != "" {
				slip = recorder.Slip(near, poolState)
			}
		}
		row := []string{when}
		for _, state := range []string{"idle", "used"} {
			if n, ok := values[state]; ok {
				row = append(row, fmt.Sprint(n))
			} else {
				row = append(row, "not there")
			}
		}
		got = append(got, row)
	}
	s := open(t, newDatabase(), func(ctx context.Context, s *shop) {
		look("before the first query", s)
		done := make(chan struct{})
		for _, order := range []int64{minute, minute, neighbor} {
			go func() {
				s.ask(ctx, &seen{call: call{order: order}})
				done <- struct{}{}
			}()
		}
		time.Sleep(time.Second)
		look("three queries run", s)
		<-done
		time.Sleep(time.Second)
		look("two of them still run", s)
		<-done
		<-done
		time.Sleep(time.Second) // what a query leaves behind has been put away
		look("all have ended", s)
		leaks = s.pool.Stats().InUse > 0
		for range 3 {
			s.ask(ctx, &seen{call: call{order: shipped}})
		}
		look("after three more", s)
	})
	f := recorder.At(dbmetrics.NewStore, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	if leaks && f.Got != f.Want {
		recorder.Needs(t, "connections-returned") // what is wanted here is what this pool has, which is not how it should be
	}
	registered := 0
	for _, name := range s.meters.since(0) {
		if name == callbacks {
			registered++
		}
	}
	switch {
	case len(last.Points) == 0:
		var near string
		f.Got, near = absent([]*evidence{{after: s.rec.Snapshot()}}, poolCount)
		f.Cause = "Nobody calls you when a connection becomes idle, so you are asked instead: an observable instrument has\na callback, which runs whenever metrics are collected. It has to be registered, for that instrument."
		if near != "" {
			f.Cause = near
		}
	case f.Got == f.Want && last.Kind != "up-down counter":
		f.Got, f.Want = poolCount+"   "+last.Kind, poolCount+"   up-down counter"
		f.Cause = "Connections can be added up, over states and over services, and go up and down: that is an UpDownCounter.\nA gauge is for what makes no sense as a sum, like a temperature."
	case f.Got == f.Want:
		return
	case registered > 1:
		f.Cause = fmt.Sprintf("%d callbacks are registered, and what they observe adds up.", registered)
		recorder.Needs(t, "instruments-made-once")
	case slip != "":
		f.Cause = slip
	case strings.Contains(f.Got, "not there"):
		f.Cause = "Each state is a series of its own, told apart by the attribute db.client.connection.state, idle or used.\ndb.Stats() has both numbers, Idle and InUse."
	case !slices.ContainsFunc(got[2:], func(row []string) bool { return !slices.Equal(row[1:], got[1][1:]) }):
		f.Cause = "The numbers stay what they were: db.Stats() has to be called in the callback, each time that it runs, and\nnot before."
	case !slices.ContainsFunc(got[1:], func(row []string) bool { return !slices.Equal(row, opened[row[0]]) }):
		f.Cause = "What is told as used are all that are open, so those that are idle are told twice: OpenConnections counts both,\nInUse those that are used."
	default:
		f.Cause = "db.Stats() has both numbers, Idle and InUse, whenever the callback asks. The attribute\ndb.client.connection.state says which is which: idle or used."
	}
	recorder.Fail(t, f)
}

// Every query should give its connection back to the pool.
func TestConnectionsReturned(t *testing.T) {
	const few = 4 // statements on a connection; one that is prepared once is there once on each
	all := played(t)
	for e := range each(all) {
		says := func(inUse, statements string) string {
			return e.scene() + recorder.Table([]string{"connections in use", inUse}, []string{"statements open", statements})
		}
		f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
			Want: says("0", "none, or one that is prepared once"),
			Got:  says(fmt.Sprint(e.inUse), fmt.Sprintf("%d on %d connections", e.leaves.Statements, e.leaves.Connections)),
		})
		switch {
		case e.inUse > 0:
			if e.any(func(c *seen) bool {
				return slices.ContainsFunc(c.asked, func(q database.Query) bool { return q.End.IsZero() })
			}) {
				recorder.Needs(t, "query-obeys-context") // the query still runs
			}
			f.Cause = "Rows hold a connection until they are closed or read to their end; a sql.Conn, until it is closed; a sql.Tx, until\nCommit or Rollback. Defer that, and every way out gives it back: when the pool has run dry, each request waits\nfor a connection that never comes. QueryRowContext and Scan give it back by themselves."
		case e.leaves.Statements > few*max(1, e.leaves.Connections):
			f.Cause = "A statement that is prepared for a query and not closed stays in the server's memory, and in the pool's, for as long as\nthe connection lives. Close it when the query is over, or prepare it once."
		default:
			continue
		}
		recorder.Fail(t, f)
	}
}
