package proxy

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/jackc/pgx/v5/pgproto3"
)

// passOpening passes on what a client says before it may send messages: a
// startup message, or a cancel request, perhaps after asking for encryption. It
// reports whether messages follow: after a cancel request none do, and
// encrypted ones are not for us to read.
func passOpening(l *link, fromClient, fromServer *bufio.Reader) (messages bool, err error) {
	for {
		packet, err := peekStartup(fromClient)
		if err != nil {
			return false, err
		}
		message, err := pgproto3.NewBackend(bytes.NewReader(packet), nil).ReceiveStartupMessage()
		if err != nil {
			return false, err
		}
		if _, err := l.server.Write(packet); err != nil {
			return false, err
		}
		_, _ = fromClient.Discard(len(packet)) // it has been peeked
		switch message.(type) {
		case *pgproto3.StartupMessage:
			return true, nil
		case *pgproto3.SSLRequest, *pgproto3.GSSEncRequest:
			agreed, err := passVerdict(l, fromServer)
			if err != nil || agreed {
				return false, err
			}
		default: // a *pgproto3.CancelRequest: the server closes the connection
			return false, nil
		}
	}
}

// peekStartup returns the packet that a connection begins with. Unlike all
// that follow, it has no type: its length comes first.
func peekStartup(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(4)
	if err != nil {
		return nil, err
	}
	n := int64(binary.BigEndian.Uint32(head))
	if n > int64(r.Size()) {
		return nil, fmt.Errorf("a startup packet of %d bytes is too long", n)
	}
	return r.Peek(max(4, int(n)))
}

// passVerdict passes on the one byte with which a server answers a wish for
// encryption, and reports whether it agrees.
func passVerdict(l *link, fromServer *bufio.Reader) (agreed bool, err error) {
	verdict, err := fromServer.ReadByte()
	if err != nil {
		return false, err
	}
	_, err = l.client.Write([]byte{verdict})
	return verdict != 'N', err
}
