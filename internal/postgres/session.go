package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgproto3"
)

// maxMessage bounds what a client sends at once, in bytes.
const maxMessage = 1 << 20

// errGone is why the statements of a client end that has hung up.
var errGone = errors.New("the client is gone")

// A session is a client's connection, from its first byte to its last.
type session struct {
	server *server
	ctx    context.Context // ends with the client and with the server
	wire   *pgproto3.Backend
	db     *engine
	id     uint32
	secret []byte

	statements map[string]*statement
	portals    map[string]*portal
	skipping   bool // after an error: whatever comes before the next Sync
	unsent     int  // about how many bytes wait to be flushed

	block         block
	inTransaction atomic.Bool                             // as block tells, for Stats
	running       atomic.Pointer[context.CancelCauseFunc] // interrupts the statement that runs; nil when none does
}

// serve talks to one client. Nothing that a client does goes beyond it: not an
// error, not a panic, and no lock of it stays.
func (s *server) serve(conn net.Conn) {
	ctx, cancel := context.WithCancelCause(s.ctx)
	hangUp := context.AfterFunc(s.ctx, func() { _ = conn.Close() })
	in := newInbox()
	filled := make(chan struct{})
	go func() {
		defer close(filled)
		_ = in.fill(conn) // Read returns it
		cancel(errGone)
	}()
	defer func() {
		hangUp()
		_ = conn.Close()
		in.close()
		<-filled
	}()

	session := &session{
		server:     s,
		ctx:        ctx,
		wire:       pgproto3.NewBackend(in, conn),
		statements: make(map[string]*statement),
		portals:    make(map[string]*portal),
		block:      block{status: idle},
	}
	session.wire.SetMaxBodyLen(maxMessage)
	// A panic is a bug of ours or of SQLite, or a query that needs too much
	// memory. It costs this client its connection.
	defer func() {
		if p := recover(); p != nil {
			session.fatal(sqlErrorf("XX000", "the embedded database failed: %v", p))
		}
	}()
	if session.greet(conn) {
		session.run()
	}
}

// run opens the session's database and answers messages until the client ends.
func (s *session) run() {
	defer s.server.unregister(s)
	db, err := openEngine(s.server.name)
	if err != nil {
		s.fatal(sqlErrorf("XX000", "the embedded database cannot be opened: %v", err))
		return
	}
	s.db = db
	defer s.leave()
	s.welcome()
	for s.ready() == nil {
		if err := s.serveUntilReady(); err != nil {
			return
		}
	}
}

// leave gives back what the session holds, whatever state it is in.
func (s *session) leave() {
	// Its writer's turn comes last, when SQLite has let go too.
	if s.block.writing {
		defer s.server.unlockWriter()
	}
	if err := s.db.shut(); err != nil {
		s.fatal(sqlErrorf("XX000", "the embedded database cannot close the connection: %v", err))
	}
}

// serveUntilReady answers messages until the client may send a new statement.
func (s *session) serveUntilReady() error {
	for {
		message, err := s.wire.Receive()
		if err != nil {
			if s.ctx.Err() == nil { // what came is no message
				s.fatal(sqlErrorf("08P01", "invalid message from the client: %v", err))
			}
			return err
		}
		_, syncs := message.(*pgproto3.Sync)
		if s.skipping && !syncs {
			if _, terminates := message.(*pgproto3.Terminate); terminates {
				return errGone
			}
			continue
		}
		switch m := message.(type) {
		case *pgproto3.Terminate:
			return errGone
		case *pgproto3.Sync:
			s.skipping = false
			return errors.Join(s.finish(), s.ctx.Err())
		case *pgproto3.Query:
			if err = s.simpleQuery(m.String); err != nil {
				err = s.fail(err)
			}
			return errors.Join(err, s.finish(), s.ctx.Err())
		case *pgproto3.FunctionCall:
			return s.fail(unsupported("a function call message"))
		case *pgproto3.Flush:
			err = s.flush()
		default:
			if err = s.extended(message); err != nil {
				s.skipping = true
				err = s.fail(err)
			}
		}
		if err = errors.Join(err, s.ctx.Err()); err != nil {
			return err
		}
	}
}

// fail tells the client of an error, and undoes the transaction it came from.
// It returns an error when that cannot be done: then the session is over.
func (s *session) fail(err error) error {
	if err := s.abort(); err != nil {
		s.fatal(translate(err))
		return err
	}
	s.wire.Send(translate(err).response("ERROR"))
	return nil
}

// fatal tells the client why it is hung up on, if it still listens.
func (s *session) fatal(err *sqlError) {
	s.wire.Send(err.response("FATAL"))
	_ = s.flush()
}

// ready tells the client that it may go on, and sends what waits.
func (s *session) ready() error {
	s.wire.Send(&pgproto3.ReadyForQuery{TxStatus: byte(s.block.status)})
	return s.flush()
}

func (s *session) flush() error {
	s.unsent = 0
	if err := s.wire.Flush(); err != nil {
		return fmt.Errorf("answer the client: %w", err)
	}
	return nil
}
