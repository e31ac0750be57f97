package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/stretchr/testify/require"
)

// What a transaction writes should be there after COMMIT only, for others, and
// at once for itself.
func TestTransactions(t *testing.T) {
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		exec(t, db, things)

		tx, err := db.Begin()
		require.NoError(t, err)
		exec(t, tx, "INSERT INTO things (id, code) VALUES ($1, $2)", 10, "j")
		var n int
		require.NoError(t, tx.QueryRow("SELECT count(*) FROM things").Scan(&n))
		require.Equal(t, 4, n)
		require.Equal(t, 3, count(t, db, "SELECT count(*) FROM things"))
		require.NoError(t, tx.Commit())
		require.Equal(t, 4, count(t, db, "SELECT count(*) FROM things"))

		tx, err = db.Begin()
		require.NoError(t, err)
		exec(t, tx, "DELETE FROM things")
		exec(t, tx, "CREATE TABLE more (id bigint)")
		require.NoError(t, tx.Rollback())
		require.Equal(t, 4, count(t, db, "SELECT count(*) FROM things"))
		_, err = db.Exec("SELECT * FROM more")
		require.Equal(t, "42P01", code(err))

		// READ COMMITTED: each statement sees what is committed when it begins.
		tx, err = db.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelReadCommitted})
		require.NoError(t, err)
		require.NoError(t, tx.QueryRow("SELECT count(*) FROM things").Scan(&n))
		exec(t, db, "INSERT INTO things (id, code) VALUES (11, 'k')")
		require.NoError(t, tx.QueryRow("SELECT count(*) FROM things").Scan(&n))
		require.Equal(t, 5, n)
		exec(t, tx, "UPDATE things SET small = 1 WHERE id = 11")
		require.NoError(t, tx.Commit())

		tx, err = db.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
		require.NoError(t, err)
		require.NoError(t, tx.QueryRow("SELECT small FROM things WHERE id = 11").Scan(&n))
		_, err = tx.Exec("DELETE FROM things")
		require.Equal(t, "25006", code(err))
		require.ErrorContains(t, err, "cannot execute DELETE in a read-only transaction")
		require.NoError(t, tx.Rollback())

		// Several statements in one query are one transaction.
		_, err = db.Exec("DELETE FROM things; INSERT INTO things (id) VALUES (1)")
		require.Equal(t, "23502", code(err))
		require.Equal(t, 5, count(t, db, "SELECT count(*) FROM things"))
		exec(t, db, "BEGIN; DELETE FROM things WHERE id = 11; COMMIT; INSERT INTO things (id, code) VALUES (12, 'l')")
		require.Equal(t, 5, count(t, db, "SELECT count(*) FROM things"))
	})
}

// After an error a transaction should answer nothing but its end, and leave
// nothing.
func TestFailedTransaction(t *testing.T) {
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		exec(t, db, things)
		begin := func() *sql.Tx {
			tx, err := db.Begin()
			require.NoError(t, err)
			exec(t, tx, "INSERT INTO things (id, code) VALUES ($1, 'j')", 10)
			_, err = tx.Exec("INSERT INTO things (id, code) VALUES ($1, 'x')", 1)
			require.Equal(t, "23505", code(err))
			return tx
		}
		tx := begin()
		const aborted = "current transaction is aborted, commands ignored until end of transaction block"
		for _, try := range []func() error{
			func() error { _, err := tx.Exec("SELECT 1"); return err },
			func() error { return tx.QueryRow("SELECT id FROM things WHERE id = $1", 1).Scan(new(int)) },
			func() error { _, err := tx.Prepare("SELECT 1"); return err },
		} {
			err := try()
			require.Equal(t, "25P02", code(err))
			require.ErrorContains(t, err, aborted)
		}
		require.NoError(t, tx.Rollback())
		require.ErrorIs(t, begin().Commit(), pq.ErrInFailedTransaction)
		require.Equal(t, 3, count(t, db, "SELECT count(*) FROM things"))
		exec(t, db, "INSERT INTO things (id, code) VALUES (10, 'j')")
	})
}

// Prepared statements should live on one connection, in and out of
// transactions, and outlive a change of their table.
func TestPrepared(t *testing.T) {
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		exec(t, db, things)
		insert, err := db.Prepare("INSERT INTO things (id, code) VALUES ($1, $2)")
		require.NoError(t, err)
		for i := range 20 {
			_, err := insert.Exec(100+i, fmt.Sprint(i))
			require.NoError(t, err)
		}
		_, err = insert.Exec(100, "again")
		require.Equal(t, "23505", code(err))
		_, err = insert.Exec("one", "again")
		require.Equal(t, "22P02", code(err))
		tx, err := db.Begin()
		require.NoError(t, err)
		_, err = tx.Stmt(insert).Exec(200, "in a transaction")
		require.NoError(t, err)
		require.NoError(t, tx.Rollback())
		require.Equal(t, 20, count(t, db, "SELECT count(*) FROM things WHERE id >= 100"))
		exec(t, db, "CREATE TABLE another (id bigint)")
		_, err = insert.Exec(200, "after a change")
		require.NoError(t, err)
		exec(t, db, "DROP TABLE things")
		_, err = insert.Exec(201, "x")
		require.Equal(t, "42P01", code(err))
		require.NoError(t, insert.Close())
	})
}

// Fifty clients that read and write at once should all succeed, and lose
// nothing.
func TestManyClients(t *testing.T) {
	const clients, rounds = 50, 10
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		db.SetMaxOpenConns(clients)
		db.SetMaxIdleConns(clients)
		exec(t, db, orders)
		exec(t, db, "CREATE TABLE counters (id bigint PRIMARY KEY, n bigint NOT NULL); INSERT INTO counters VALUES (0, 0)")
		work := func(c int) error {
			for r := range rounds {
				var status string
				if err := db.QueryRow("SELECT status FROM orders WHERE id = $1", c+1).Scan(&status); err != nil {
					return err
				}
				if _, err := db.Exec("UPDATE counters SET n = n + $1 WHERE id = 0", 1); err != nil {
					return err
				}
				tx, err := db.Begin()
				if err != nil {
					return err
				}
				if err := tx.QueryRow("SELECT count(*) FROM counters WHERE id > $1", c*rounds).Scan(new(int)); err != nil {
					return err
				}
				if _, err := tx.Exec("INSERT INTO counters VALUES ($1, 0)", c*rounds+r+1); err != nil {
					return err
				}
				if r%2 == 0 {
					err = tx.Commit()
				} else {
					err = tx.Rollback()
				}
				if err != nil {
					return err
				}
			}
			return nil
		}
		errs := make([]error, clients)
		var all sync.WaitGroup
		for c := range clients {
			all.Go(func() { errs[c] = work(c) })
		}
		all.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		require.Equal(t, clients*rounds, count(t, db, "SELECT n FROM counters WHERE id = 0"))
		require.Equal(t, clients*rounds/2+1, count(t, db, "SELECT count(*) FROM counters"))
		require.NoError(t, db.Close())
		eventually(t, "all connections are gone", func() bool { return tg.connections(t) == 0 })
	})
}

// Who waits for another writer should be cancellable, and be told when it
// takes too long.
func TestWaitingForAWriter(t *testing.T) {
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		exec(t, db, things)
		tx, err := db.Begin()
		require.NoError(t, err)
		exec(t, tx, "UPDATE things SET small = 1 WHERE id = 1")
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err = db.ExecContext(ctx, "UPDATE things SET small = 2 WHERE id = 1")
		require.Equal(t, "57014", code(err))
		require.Equal(t, 3, count(t, db, "SELECT count(*) FROM things"), "readers do not wait")
		done := make(chan error)
		go func() {
			_, err := db.Exec("UPDATE things SET small = small + 1 WHERE id = 1")
			done <- err
		}()
		eventually(t, "the other waits", func() bool { return tg.running(t) == 1 })
		require.NoError(t, tx.Commit())
		require.NoError(t, <-done)
		require.Equal(t, 2, count(t, db, "SELECT small FROM things WHERE id = 1"))
	})
	t.Run("too long", func(t *testing.T) {
		d := startWithin(t, limits{greeting: 5 * time.Second, writing: 20 * time.Millisecond})
		db := connect(t, d.URL())
		tx, err := db.Begin()
		require.NoError(t, err)
		exec(t, tx, "DELETE FROM orders")
		require.Equal(t, 1, d.Stats().InTransaction)
		_, err = db.Exec("DELETE FROM orders WHERE id = 7")
		require.Equal(t, "55P03", code(err))
		require.ErrorContains(t, err, "DATABASE_URL")
		require.NoError(t, tx.Rollback())
		exec(t, db, "DELETE FROM orders WHERE id = 7")
	})
}
