// Command mutate grades the mutants of the solutions and prints those that no
// check catches and survivors.txt says nothing of, and those that it names and
// that are caught. It exits with status 1 when there are any.
//
//	go run ./internal/mutation/mutate [-all] [STEP…]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/mutation"
	"otel.workshop/internal/variant"
)

func main() {
	all := flag.Bool("all", false, "print every mutant, and the checks that catch it")
	flag.Parse()
	surprises, err := run(context.Background(), flag.Args(), *all)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(2)
	}
	if surprises > 0 {
		os.Exit(1)
	}
}

func run(ctx context.Context, chosen []string, all bool) (surprises int, err error) {
	steps, err := lesson.Load(".")
	if err != nil {
		return 0, err
	}
	known, err := mutation.Survivors()
	if err != nil {
		return 0, err
	}
	for _, step := range steps {
		if variant.IsTests(step.Name) {
			continue // a service's mutants are what it is about
		}
		wanted := len(chosen) == 0
		for _, name := range chosen {
			wanted = wanted || strings.HasPrefix(step.Name, name)
		}
		if !wanted {
			continue
		}
		n, err := grade(ctx, step, known, all)
		if err != nil {
			return 0, err
		}
		surprises += n
	}
	return surprises, nil
}

// grade grades the mutants of one step, and returns how many were no survivors
// although survivors.txt says so, or the other way round.
func grade(ctx context.Context, step lesson.Step, known map[string]string, all bool) (surprises int, err error) {
	mutants, err := mutation.All(".", step.Name)
	if err != nil {
		return 0, err
	}
	batch, err := grader.NewBatch(".")
	if err != nil {
		return 0, err
	}
	defer func() { _ = batch.Close() }() // temporary files
	var versions []*grader.Version
	for _, m := range mutants {
		versions = append(versions, batch.Add(step, m.Files))
	}
	counts := make(map[string]int)
	for i, m := range mutants {
		r, err := versions[i].Report(ctx)
		if err != nil {
			return 0, err
		}
		catchers := mutation.Caught(r)
		reason, listed := known[m.Key()]
		kind, _, _ := strings.Cut(reason, ":")
		place := fmt.Sprintf("%s/%s:%d", m.Step, m.File, m.Line)
		switch {
		case len(catchers) > 0 && listed:
			fmt.Printf("caught by %s, but listed as a survivor (%s):\n\t%s\n", strings.Join(catchers, ", "), place, m.Key())
			surprises++
			counts["caught"]++
		case len(catchers) > 0:
			if all {
				fmt.Printf("caught by %s (%s):\n\t%s\n", strings.Join(catchers, ", "), place, m.Key())
			}
			counts["caught"]++
		case listed:
			if all {
				fmt.Printf("survives, %s (%s):\n\t%s\n", reason, place, m.Key())
			}
			counts[kind]++
		default:
			fmt.Printf("survives (%s):\n\t%s\n", place, m.Key())
			surprises++
			counts["unexplained"]++
		}
	}
	fmt.Printf("\n%s: %d mutants; %d caught, %d equivalent, %d outside the lesson, %d open, %d unexplained\n\n", step.Name,
		len(mutants), counts["caught"], counts["equivalent"], counts["outside"], counts["open"], counts["unexplained"])
	return surprises, nil
}
