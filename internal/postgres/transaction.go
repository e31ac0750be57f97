package postgres

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// Where a transaction stands, as ReadyForQuery tells it.
const (
	idle   = 'I' // no transaction, or one that ends with the current message
	open   = 'T' // after BEGIN
	broken = 'E' // after an error in it, until it is ended
)

// transactional matches a statement about transactions, and what is said about
// the one that begins: database/sql's READ COMMITTED is the only isolation.
var transactional = regexp.MustCompile(`(?i)^(BEGIN|COMMIT|ROLLBACK)(?:\s+(?:WORK|TRANSACTION))?(?:\s+ISOLATION\s+LEVEL\s+READ\s+COMMITTED)?(?:\s+(READ\s+ONLY|READ\s+WRITE))?\s*(?:;|$)`)

// parseTransaction returns what is to be done, and the rest of the SQL; nil
// when it does not begin with a statement about transactions.
func parseTransaction(sql string) (st *statement, rest string) {
	m := transactional.FindStringSubmatch(sql)
	if m == nil {
		return nil, ""
	}
	return &statement{tag: strings.ToUpper(m[1]), readOnly: strings.HasSuffix(strings.ToUpper(m[2]), "ONLY")}, sql[len(m[0]):]
}

// transact runs a statement about transactions.
func (s *session) transact(st *statement) (err error) {
	tag := st.tag
	switch {
	case tag != "BEGIN":
		if s.status.Load() == broken {
			tag = "ROLLBACK"
		}
		err = s.end(tag)
	case s.status.Load() == idle: // otherwise PostgreSQL only warns
		s.status.Store(open) // what the current message has done already belongs to it
		s.readOnly = st.readOnly
	}
	if err == nil {
		s.complete(tag, 0, 0)
	}
	return err
}

// write begins SQLite's transaction before the first statement that writes.
// What is read before sees what is committed at that moment, statement by
// statement: that is READ COMMITTED, and it needs no lock.
func (s *session) write(ctx context.Context, tag string) error {
	if s.readOnly {
		return sqlErrorf("25006", "cannot execute %s in a read-only transaction", tag)
	}
	if s.writing {
		return nil
	}
	if err := s.server.lockWriter(ctx); err != nil {
		return err
	}
	s.writing = true
	return s.db.Exec("BEGIN IMMEDIATE")
}

// end commits or rolls back what was written. No transaction is left.
func (s *session) end(how string) error {
	writing := s.writing
	s.status.Store(idle)
	s.readOnly, s.writing, s.portal = false, false, nil
	if !writing {
		return nil
	}
	defer s.server.unlockWriter()
	defer s.db.SetInterrupt(s.db.SetInterrupt(context.Background())) // an end is not interrupted
	if s.db.GetAutocommit() {
		return nil // SQLite has rolled back by itself, as it does after some errors
	}
	err := s.db.Exec(how)
	if err != nil && !s.db.GetAutocommit() {
		err = errors.Join(err, s.db.Exec("ROLLBACK"))
	}
	return err
}

// abort rolls back after an error. A transaction that the client began waits
// for it to say ROLLBACK.
func (s *session) abort() error {
	if s.status.Load() != idle {
		defer s.status.Store(broken)
	}
	return s.end("ROLLBACK")
}

// finish ends what had no BEGIN.
func (s *session) finish() error {
	if s.status.Load() != idle {
		return nil
	}
	return s.fail(s.end("COMMIT"))
}

// lockWriter waits until nobody else writes.
func (s *server) lockWriter(ctx context.Context) error {
	timer := time.NewTimer(s.limits.writing)
	defer timer.Stop()
	select {
	case s.writer <- struct{}{}:
		return nil
	case <-ctx.Done():
		return sqlite3.INTERRUPT
	case <-timer.C:
		return sqlErrorf("55P03", "another connection's transaction has been writing for %v, and the workshop's embedded database has one writer at a time: end that transaction, or set DATABASE_URL to use a real PostgreSQL", s.limits.writing)
	}
}

func (s *server) unlockWriter() { <-s.writer }
