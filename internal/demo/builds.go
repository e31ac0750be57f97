package demo

import (
	"context"
	"errors"
	"sync"

	"otel.workshop/internal/shop"
)

// Builds keeps the services that demos have built, so that the next demo that
// needs one starts it as it is: with the code of the first time. Its methods
// may be called concurrently.
type Builds struct {
	root string

	mu       sync.Mutex
	bySource map[string]*building
}

// A building is one service that is built, or will be.
type building struct {
	mu    sync.Mutex // held while it is built
	built *shop.Built
}

// NewBuilds returns one for the workshop in the folder root. Close it.
func NewBuilds(root string) *Builds {
	return &Builds{root: root, bySource: map[string]*building{}}
}

// get returns the build of a source, and makes it when there is none yet.
func (b *Builds) get(ctx context.Context, source shop.Source) (*shop.Built, error) {
	b.mu.Lock()
	one := b.bySource[source.String()]
	if one == nil {
		one = new(building)
		b.bySource[source.String()] = one
	}
	b.mu.Unlock()

	one.mu.Lock()
	defer one.mu.Unlock()
	if one.built != nil {
		return one.built, nil
	}
	var err error
	one.built, err = shop.Build(ctx, b.root, source)
	return one.built, err
}

// Close removes all of them from the disk. No demo may be running.
func (b *Builds) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var errs []error
	for _, one := range b.bySource {
		if one.built != nil {
			errs = append(errs, one.built.Remove())
		}
	}
	clear(b.bySource)
	return errors.Join(errs...)
}
