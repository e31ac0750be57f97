package variant

import (
	"fmt"
	"slices"
	"strings"

	"otel.workshop/internal/nearest"
)

// An UnknownError is returned by [Find] for a name that is not there.
type UnknownError struct {
	Name    string
	Known   []string // what there is, in the order of the variants
	Nearest string   // the one that was probably meant, or ""
}

func (e *UnknownError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "there is no variant %q", e.Name)
	if e.Nearest != "" {
		fmt.Fprintf(&b, "; did you mean %s?", e.Nearest)
	}
	if len(e.Known) == 0 {
		b.WriteString("; there is none at all below broken/")
		return b.String()
	}
	if len(e.Known) <= readable {
		fmt.Fprintf(&b, "\nThere are: %s", strings.Join(e.Known, ", "))
		return b.String()
	}
	if alike := e.alike(); len(alike) > 0 {
		fmt.Fprintf(&b, "\nAlike are: %s", strings.Join(alike, ", "))
	}
	fmt.Fprintf(&b, "\ngo run . demo lists all %d, and go run . demo WORD those that have it", len(e.Known))
	return b.String()
}

// readable is how many names a person reads to the end.
const readable = 12

// alike returns the names that have a word in common with the one that was
// asked for.
func (e *UnknownError) alike() []string {
	var alike []string
	for _, known := range e.Known {
		for word := range strings.SplitSeq(e.Name, "-") {
			if len(word) > 3 && strings.Contains(known, word) {
				alike = append(alike, known)
				break
			}
		}
	}
	return alike[:min(len(alike), readable)]
}

// Find returns the variant of that name. A name that several steps have (only
// [Starter] is one) is asked for with its step: "01-minimal/starter" or
// "01/starter". Find returns an [*UnknownError] when there is none.
func Find(variants []Variant, name string) (Variant, error) {
	step, base, qualified := strings.Cut(name, "/")
	if !qualified {
		step, base = "", name
	}
	var found []Variant
	for _, v := range variants {
		if v.Name == base && (!qualified || v.Step == step || strings.HasPrefix(v.Step, step+"-")) {
			found = append(found, v)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Variant{}, unknown(variants, name)
	}
	var choices []string
	for _, v := range found {
		choices = append(choices, v.Step+"/"+v.Name)
	}
	return Variant{}, fmt.Errorf("several steps have a variant %q: say %s", name, strings.Join(choices, " or "))
}

// With returns the mistakes that have a word, or a part of one, in their name,
// their first line or the name of their scenario. Upper and lower case are alike.
func With(variants []Variant, word string) []Variant {
	word = strings.ToLower(strings.TrimSpace(word))
	var found []Variant
	for _, v := range variants {
		text := strings.ToLower(v.Name + "\n" + v.Summary + "\n" + v.Scenario)
		if v.Name != Starter && strings.Contains(text, word) {
			found = append(found, v)
		}
	}
	return found
}

func unknown(variants []Variant, name string) error {
	e := &UnknownError{Name: name}
	var names []string
	answers := make(map[string]string)
	for _, v := range variants {
		known := v.Name
		if v.Name == Starter {
			known = v.Step + "/" + v.Name
		}
		e.Known = append(e.Known, known)
		for _, n := range []string{known, v.Name} {
			if answers[n] == "" { // the first step's, when several have that name
				names, answers[n] = append(names, n), known
			}
		}
	}
	e.Nearest = answers[nearest.Name(name, names)]
	return e
}

// OfServices returns those of the variants that can be run: what is wrong is in
// a service, and not in tests.
func OfServices(vs []Variant) []Variant {
	return slices.DeleteFunc(slices.Clone(vs), func(v Variant) bool { return IsTests(v.Step) })
}
