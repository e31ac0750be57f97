package shop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// Built is a service that was built once, to be started several times: see
// [Options]. It is safe for concurrent use until it is removed.
type Built struct{ binary binary }

// Build builds a service. Remove what it returns. The error is a
// [*BuildError] when the code doesn't compile.
func Build(ctx context.Context, root string, source Source) (*Built, error) {
	b, err := compile(ctx, root, source)
	if err != nil {
		return nil, err
	}
	return &Built{b}, nil
}

// Remove deletes it from the disk. Services that were started from it run on.
func (b *Built) Remove() error { return b.binary.remove() }

// another returns the same program in a folder of its own, which goes when the
// service has ended.
func (b *Built) another() (_ binary, err error) {
	other, err := newBinary()
	if err != nil {
		return binary{}, err
	}
	if os.Link(b.binary.path, other.path) == nil { // takes no space
		return other, nil
	}
	if err := copyProgram(b.binary.path, other.path); err != nil {
		return binary{}, errors.Join(fmt.Errorf("copy the service: %w (is there space on the disk?)", err), other.remove())
	}
	return other, nil
}

func copyProgram(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o700)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
