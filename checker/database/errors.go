package database

import (
	"fmt"
	"net"
	"os"
	"syscall"

	"github.com/lib/pq"
)

// Errors as lib/pq v1.12.3 returns them, compared with PostgreSQL 15.
//
// A query that its context ends while it runs is canceled at the server, and
// comes back as the server's error: it wraps no error of the context. One whose
// context has ended before, or ends while it waits for a connection, never
// reaches the driver: database/sql returns the context's own error.
var (
	ErrCanceled   error = &pq.Error{Severity: "ERROR", Code: "57014", Message: "canceling statement due to user request"}
	ErrTooSlow    error = &pq.Error{Severity: "ERROR", Code: "57014", Message: "canceling statement due to statement timeout"}
	ErrDiskFull   error = &pq.Error{Severity: "ERROR", Code: "53100", Message: "could not write to file: No space left on device"}
	ErrTooMany    error = &pq.Error{Severity: "FATAL", Code: "53300", Message: "sorry, too many clients already"}
	ErrGoesDown   error = &pq.Error{Severity: "FATAL", Code: "57P01", Message: "terminating connection due to administrator command"}
	ErrConnection error = &net.OpError{
		Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5432},
		Err: os.NewSyscallError("connect", syscall.ECONNREFUSED),
	}
)

// NoTable is the error of a table that does not exist.
func NoTable(name string) error {
	return &pq.Error{Severity: "ERROR", Code: "42P01", Message: `relation "` + name + `" does not exist`}
}

// Lost is the error of a connection that breaks while a query runs. Each one
// has a port of its own, which stands in the error's text.
func Lost(port int) error {
	return &net.OpError{
		Op: "read", Net: "tcp",
		Source: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}, Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5432},
		Err: os.NewSyscallError("read", syscall.ECONNRESET),
	}
}

// SyntaxError is the code of the error of a text that is no SQL.
const SyntaxError = "42601"

func noSQL(word string) error {
	return &pq.Error{Severity: "ERROR", Code: SyntaxError, Message: `syntax error at or near "` + word + `"`}
}

// misunderstood is the error of a query that this database can't answer.
func misunderstood(text string) error {
	return fmt.Errorf("the checks' database does not understand %q: it knows SELECT status FROM orders WHERE id = $1", text)
}
