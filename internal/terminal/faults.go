package terminal

import (
	"bufio"
	"context"
	"io"
	"slices"
	"strings"

	"otel.workshop/internal/report"
	"otel.workshop/internal/shop"
)

// typed returns the lines that somebody types, until ctx is done. A reader that
// waits for a line then can't be stopped: it ends with the process.
func typed(ctx context.Context, in io.Reader) <-chan string {
	lines := make(chan string)
	if in == nil {
		return lines
	}
	go func() {
		for scanner := bufio.NewScanner(in); scanner.Scan(); {
			select {
			case lines <- strings.TrimSpace(scanner.Text()):
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}

// toggle switches the fault of that name on or off.
func (r *runner) toggle(line string) {
	if line == "" || r.world == nil {
		return
	}
	f, err := shop.FindFault(line)
	if err != nil {
		r.warn(err.Error())
		return
	}
	before := r.world.On()
	if err := r.world.Set(f, !slices.Contains(before, f)); err != nil {
		r.warn(err.Error())
		return
	}
	for _, old := range before {
		if old != f && !slices.Contains(r.world.On(), old) {
			r.print(r.look.dim("  " + string(f) + " takes the place of " + string(old)))
		}
	}
	r.tellFaults()
}

// tellFaults says what is wrong now.
func (r *runner) tellFaults() {
	faults := r.world.On()
	if len(faults) == 0 {
		r.print(r.look.paint(report.Green, "✓") + " nothing is wrong any more")
		return
	}
	for _, f := range faults {
		r.print(r.look.paint(report.Yellow, "!") + " " + string(f) + ": " + f.String())
	}
}

// faultNames lists the faults that can happen around a service.
func faultNames(source shop.Source) string {
	var names []string
	for _, f := range shop.Faults() {
		if f.OfCollector() || !source.StandsAlone() {
			names = append(names, string(f))
		}
	}
	return strings.Join(names, ", ")
}
