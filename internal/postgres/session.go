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
	portal     *portal // the one without a name
	skipping   bool    // after an error: whatever comes before the next Sync
	unsent     int     // about how many bytes wait to be flushed

	status   atomic.Int32 // of the transaction: idle, open or broken
	readOnly bool         // as BEGIN told
	writing  bool         // SQLite's transaction has begun, and the writer's turn is ours

	running atomic.Pointer[context.CancelCauseFunc] // interrupts the statement that runs; nil when none does
}

// serve talks to one client. Nothing that a client does goes beyond it: not an
// error, not a panic, and no lock of it stays.
func (s *server) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(s.ctx, func() { _ = conn.Close() })()
	ctx, cancel := context.WithCancelCause(s.ctx)
	defer cancel(nil)
	in := newAhead()
	s.serving.Go(func() {
		in.fill(ctx, conn)
		cancel(errGone)
	})
	session := &session{server: s, ctx: ctx, wire: pgproto3.NewBackend(in, conn), statements: make(map[string]*statement)}
	session.status.Store(idle)
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
	for err = s.ready(); err == nil && s.ctx.Err() == nil; {
		var message pgproto3.FrontendMessage
		if message, err = s.wire.Receive(); err == nil {
			err = s.answer(message)
		} else if s.ctx.Err() == nil { // what came is no message
			s.fatal(sqlErrorf("08P01", "invalid message from the client: %v", err))
		}
	}
}

// leave gives back what the session holds, whatever state it is in.
func (s *session) leave() {
	// Its writer's turn comes last, when SQLite has let go too.
	if s.writing {
		defer s.server.unlockWriter()
	}
	if err := s.db.shut(); err != nil {
		s.fatal(sqlErrorf("XX000", "the embedded database cannot close the connection: %v", err))
	}
}

// answer does what a message asks for. An error of it ends the session.
func (s *session) answer(message pgproto3.FrontendMessage) error {
	switch message.(type) {
	case *pgproto3.Terminate:
		return errGone
	case *pgproto3.Sync:
		s.skipping = false
		return errors.Join(s.finish(), s.ready())
	}
	if s.skipping {
		return nil
	}
	switch m := message.(type) {
	case *pgproto3.Query:
		return errors.Join(s.fail(s.simpleQuery(m.String)), s.finish(), s.ready())
	case *pgproto3.Flush:
		return s.flush()
	}
	err := s.extended(message)
	s.skipping = err != nil
	return s.fail(err)
}

// fail tells the client of an error, if it is one, and undoes the transaction
// it came from. When that cannot be done the session is over.
func (s *session) fail(err error) error {
	if err == nil {
		return nil
	}
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
	s.wire.Send(&pgproto3.ReadyForQuery{TxStatus: byte(s.status.Load())})
	return s.flush()
}

func (s *session) flush() error {
	s.unsent = 0
	if err := s.wire.Flush(); err != nil {
		return fmt.Errorf("answer the client: %w", err)
	}
	return nil
}
