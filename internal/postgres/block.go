package postgres

import (
	"context"
	"errors"
)

// A status is how ReadyForQuery tells where a transaction stands.
type status byte

const (
	idle   status = 'I' // no transaction, or one that ends with the current message
	open   status = 'T' // after BEGIN
	broken status = 'E' // after an error in it, until it is ended
)

// A block is a transaction: from BEGIN to its end, or, without a BEGIN, the
// statements up to the next Sync or the end of a simple query.
//
// SQLite's transaction begins with the first statement that writes. What is
// read before sees what is committed at that moment, statement by statement:
// that is READ COMMITTED, and it needs no lock.
type block struct {
	status   status
	readOnly bool // as BEGIN or SET TRANSACTION told
	writing  bool // SQLite's transaction has begun, and the writer's turn is ours
}

// write begins SQLite's transaction before a statement that writes.
func (s *session) write(ctx context.Context, tag string) error {
	if s.block.readOnly {
		return sqlErrorf("25006", "cannot execute %s in a read-only transaction", tag)
	}
	if s.block.writing {
		return nil
	}
	if err := s.server.lockWriter(ctx); err != nil {
		return err
	}
	s.block.writing = true
	return s.db.Exec("BEGIN IMMEDIATE")
}

// end commits or rolls back what was written. The block is idle afterwards.
func (s *session) end(how string) error {
	writing := s.block.writing
	s.block = block{status: idle}
	s.inTransaction.Store(false)
	clear(s.portals)
	if !writing {
		return nil
	}
	defer s.server.unlockWriter()
	old := s.db.SetInterrupt(context.Background()) // an end is not interrupted
	defer s.db.SetInterrupt(old)
	if s.db.GetAutocommit() {
		return nil // SQLite has rolled back by itself, as it does after some errors
	}
	err := s.db.Exec(how)
	if err != nil && how == "COMMIT" && !s.db.GetAutocommit() {
		err = errors.Join(err, s.db.Exec("ROLLBACK"))
	}
	return err
}

// abort rolls back after an error. A transaction that the client began waits
// for it to say ROLLBACK.
func (s *session) abort() error {
	explicit := s.block.status != idle
	err := s.end("ROLLBACK")
	if explicit {
		s.block.status = broken
		s.inTransaction.Store(true)
	}
	return err
}

// finish ends the block of statements that had no BEGIN.
func (s *session) finish() error {
	if s.block.status != idle {
		return nil
	}
	if err := s.end("COMMIT"); err != nil {
		return s.fail(err)
	}
	return nil
}

// begin makes a transaction of the client's own; what the current message has
// done already belongs to it.
func (s *session) begin(readOnly bool) {
	s.block.status, s.block.readOnly = open, readOnly
	s.inTransaction.Store(true)
}

// transact runs a statement about transactions and returns its tag.
func (s *session) transact(st *statement) (string, error) {
	switch st.tag {
	case "BEGIN", "START TRANSACTION":
		if s.block.status == idle { // otherwise PostgreSQL only warns
			s.begin(st.readOnly)
		}
	case "SET":
		if s.block.status == open { // otherwise PostgreSQL only warns
			s.block.readOnly = st.readOnly
		}
	case "COMMIT":
		if s.block.status == broken {
			return "ROLLBACK", s.end("ROLLBACK")
		}
		return "COMMIT", s.end("COMMIT")
	case "ROLLBACK":
		return "ROLLBACK", s.end("ROLLBACK")
	}
	return st.tag, nil
}
