package command

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"otel.workshop/internal/variant"
)

// knownSteps reads on from "… wants a STEP" and lists them, when they can be
// read.
func (w *workshop) knownSteps() string {
	s, err := w.session()
	if err != nil {
		return ""
	}
	var names []string
	for _, step := range s.Steps {
		names = append(names, step.Name)
	}
	return "\nThere are: " + strings.Join(names, ", ")
}

// knownVariants is knownSteps for the mistakes that can be run.
func (w *workshop) knownVariants() string {
	s, err := w.session()
	if err != nil {
		return ""
	}
	variants, err := variant.Load(s.Root())
	variants = variant.OfServices(variants)
	if err != nil || len(variants) == 0 {
		return ""
	}
	return listVariants(variants, variant.Starred(s.Root()), w.terminalWidth())
}

// listVariants writes each variant's summary beside its name, within width
// columns, those that are made for a room first, with a ★. Without a width each
// has one line, which can be searched.
func listVariants(variants []variant.Variant, starred map[string]bool, width int) string {
	variants = slices.Clone(variants)
	variant.StarsFirst(variants, starred)
	var lines strings.Builder
	step, widest := "", 0
	for _, v := range variants {
		widest = max(widest, len(v.Name))
	}
	beside := widest + 4
	for _, v := range variants {
		if v.Name == variant.Starter {
			continue
		}
		if v.Step != step {
			step = v.Step
			lines.WriteString("\n\n" + step)
		}
		summary := v.Summary
		if width > 0 {
			summary = ansi.Wordwrap(summary, max(width-beside, 20), "")
			summary = strings.ReplaceAll(summary, "\n", "\n"+strings.Repeat(" ", beside))
		}
		mark := "\n  "
		if starred[v.Name] {
			mark = "\n★ "
		}
		lines.WriteString(mark + v.Name + strings.Repeat(" ", widest+2-len(v.Name)) + summary)
	}
	return lines.String()
}

// findVariant returns the variant of that name; a name that is not there is a
// usage error.
func findVariant(root, name string) (variant.Variant, error) {
	variants, err := variant.Load(root)
	if err != nil {
		return variant.Variant{}, err
	}
	v, err := variant.Find(variants, name)
	if err != nil {
		return v, usageError{err.Error()}
	}
	return v, nil
}

// findMistakes returns the variant of that name or, when there is none, the
// mistakes that have it as a word and can be run, see [variant.With]. When there is no such
// one either, it is a usage error.
func findMistakes(root, name string) ([]variant.Variant, error) {
	variants, err := variant.Load(root)
	if err != nil {
		return nil, err
	}
	v, err := variant.Find(variants, name)
	if err == nil {
		return []variant.Variant{v}, nil
	}
	var unknown *variant.UnknownError
	if errors.As(err, &unknown) {
		if found := variant.With(variant.OfServices(variants), name); len(found) > 0 {
			return found, nil
		}
	}
	return nil, usageError{err.Error()}
}

func quoteAll(args []string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = strconv.Quote(a)
	}
	return strings.Join(quoted, " ")
}
