package proxy

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
)

// Types of messages that a proxy has to know, by the PostgreSQL manual's
// chapter "Message Formats".
const (
	// of the client
	mQuery        = 'Q'
	mParse        = 'P'
	mBind         = 'B'
	mDescribe     = 'D'
	mExecute      = 'E'
	mClose        = 'C'
	mFlush        = 'H'
	mSync         = 'S'
	mFunctionCall = 'F'

	// of the server
	mReadyForQuery   = 'Z'
	mDataRow         = 'D'
	mErrorResponse   = 'E'
	mNoticeResponse  = 'N'
	mParameterStatus = 'S'
	mNotification    = 'A'
)

// A message is the beginning of one: its type, how long it is with its head,
// and as much of its body as the reader's buffer holds. It is valid until the
// next read.
type message struct {
	typ  byte
	size int
	body []byte
}

const headSize = 5 // type and length

// peekMessage waits for the next message without taking it from r.
func peekMessage(r *bufio.Reader) (message, error) {
	head, err := r.Peek(headSize)
	if err != nil {
		return message{}, err
	}
	n := int64(binary.BigEndian.Uint32(head[1:])) // it counts itself, not the type
	if n < 4 || n > 1<<30 {
		return message{}, fmt.Errorf("a message of type %q that claims %d bytes", head[0], n)
	}
	m := message{typ: head[0], size: int(n) + 1}
	seen, err := r.Peek(min(m.size, r.Size()))
	if err != nil {
		return message{}, err
	}
	m.body = seen[headSize:]
	return m, nil
}

// pass moves the next n bytes from r to w.
func pass(w *bufio.Writer, r *bufio.Reader, n int) error {
	for n > 0 {
		if r.Buffered() == 0 {
			if _, err := r.Peek(1); err != nil {
				return err
			}
		}
		part, _ := r.Peek(min(n, r.Buffered())) // buffered: no error
		if _, err := w.Write(part); err != nil {
			return err
		}
		n -= len(part)
		_, _ = r.Discard(len(part)) // buffered, too
	}
	return nil
}

// extended reports whether a message of the client belongs to a cycle that its
// Sync ends.
func (m message) extended() bool {
	switch m.typ {
	case mParse, mBind, mDescribe, mExecute, mClose, mFlush, mSync:
		return true
	}
	return false
}

// demandsReady reports whether the server owes the client a ReadyForQuery for
// this message.
func (m message) demandsReady() bool {
	return m.typ == mQuery || m.typ == mSync || m.typ == mFunctionCall
}

// beginsQuery reports whether a cycle that begins with this message runs a
// query, or lets the next cycle run it. lib/pq sends Parse, Describe, Sync and
// then Bind, Execute, Sync. Where the statement has no name, the time to sleep
// is ahead of the first: any simple query makes the server forget a statement
// without a name. Where it has one, it is ahead of the second, each time. (One
// that gets a name and is run in the same cycle would escape: lib/pq has none.)
func (m message) beginsQuery() bool {
	switch m.typ {
	case mQuery:
		return true
	case mParse: // its body begins with the statement's name
		return bytes.HasPrefix(m.body, []byte{0})
	case mBind: // a portal's name, and then the statement's
		_, rest, found := bytes.Cut(m.body, []byte{0})
		return found && !bytes.HasPrefix(rest, []byte{0})
	}
	return false
}

// garble makes a row's first value claim far more bytes than there are. Only
// its length is changed, so that the messages after it are still found. A row
// without values is left alone.
func (m message) garble() {
	const count, length = 2, 4 // bytes: how many values there are, and how long the first is
	if m.typ == mDataRow && len(m.body) >= count+length {
		binary.BigEndian.PutUint32(m.body[count:], math.MaxInt32)
	}
}
