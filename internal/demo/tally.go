package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"otel.workshop/internal/variant"
)

// Repeat runs a demo n times, one after the other, to show that what it shows
// is no chance; what it builds, it builds once. With an error it returns what was shown before it, too.
func Repeat(ctx context.Context, root string, v variant.Variant, n int, o Options) (results []Result, err error) {
	if o.Builds == nil {
		o.Builds = NewBuilds(root)
		defer func() { err = errors.Join(err, o.Builds.Close()) }()
	}
	tell := o.Progress
	for i := range n {
		if tell != nil && n > 1 {
			o.Progress = func(doing string) { tell(fmt.Sprintf("run %d of %d, %s", i+1, n, doing)) }
		}
		r, err := Run(ctx, root, v, o)
		if err != nil {
			return results, err
		}
		results = append(results, r)
	}
	return results, nil
}

// A Count is in how many runs the two sides differed in one figure.
type Count struct {
	ID            ID
	Label         string
	Differed      int      // runs
	Broken, Right []string // what each side said in all runs, each once, in the order of the runs
}

// Tally counts in how many results each figure differs: those that do in any,
// the most telling first.
func Tally(results []Result) []Count {
	var counts []Count
	for _, f := range figures {
		c := Count{ID: f.id, Label: f.label}
		for _, r := range results {
			got, ok := r.Figure(f.id)
			if !ok {
				continue
			}
			if got.Differs {
				c.Differed++
			}
			c.Broken, c.Right = once(c.Broken, got.Broken), once(c.Right, got.Right)
		}
		if c.Differed > 0 {
			counts = append(counts, c)
		}
	}
	return counts
}

func once(all []string, text string) []string {
	if slices.Contains(all, text) {
		return all
	}
	return append(all, text)
}
