package database

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strings"
	"sync"
	"time"

	"otel.workshop/internal/launch"
)

const (
	startLimit = 20 * time.Second // it takes some milliseconds
	closeLimit = 5 * time.Second  // likewise
	wordLines  = 5                // of what it says at its end: a panic has hundreds
)

// starting begins an error, here and in the child.
const starting = "start the embedded database: "

// A child is the embedded database.
type child struct {
	cmd   *exec.Cmd
	alive io.Closer    // the child ends with it
	words bytes.Buffer // what it has to say, to be read when it has ended
	close func() error // may be called more than once
}

// embed builds the embedded database if need be, and starts it.
func embed(ctx context.Context, o Options) (*Database, error) {
	// Another workshop may have built one for other sources, and cleared this
	// one away before it was started.
	for again := true; ; again = false {
		program, err := launch.Database(ctx, o.Root, o.Waiting)
		if err != nil {
			return nil, err
		}
		d, err := start(ctx, program, o.Addr)
		if errors.Is(err, fs.ErrNotExist) && again {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s%w", starting, err)
		}
		return d, nil
	}
}

// start starts a program that does what postgres/serve does.
func start(ctx context.Context, program, addr string) (*Database, error) {
	c := &child{cmd: exec.Command(program, addr)}
	c.cmd.Stderr = &c.words
	var err error
	if c.alive, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	c.close = sync.OnceValue(c.end)

	d := &Database{child: c}
	said := make(chan error, 1)
	go func() {
		in := bufio.NewScanner(out)
		for _, line := range []*string{&d.url, &d.name} {
			if !in.Scan() {
				said <- errors.Join(io.ErrUnexpectedEOF, in.Err())
				return
			}
			*line = in.Text()
		}
		said <- nil
	}()
	limit := time.NewTimer(startLimit)
	defer limit.Stop()
	select {
	case err = <-said:
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-limit.C:
		err = fmt.Errorf("it has said nothing for %s", startLimit)
	}
	if err != nil {
		if !errors.Is(err, io.ErrUnexpectedEOF) { // one that has not begun has nothing to end
			_ = c.cmd.Process.Kill()
		}
		if ended := c.close(); errors.Is(err, io.ErrUnexpectedEOF) && ended != nil {
			err = ended // which says why
		}
		return nil, err
	}
	return d, nil
}

// end ends the child, and returns what it has to say when it did not end well.
func (c *child) end() error {
	_ = c.alive.Close() // gone already: all the better
	late := time.AfterFunc(closeLimit, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	err := c.cmd.Wait()
	if err == nil {
		return nil
	}
	said := strings.TrimPrefix(strings.TrimSpace(c.words.String()), starting)
	if lines := strings.SplitN(said, "\n", wordLines+1); len(lines) > wordLines {
		said = strings.Join(append(lines[:wordLines], "…"), "\n")
	}
	return fmt.Errorf("it ended (%w): %s", err, cmp.Or(said, "it gave no reason"))
}
