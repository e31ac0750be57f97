package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"otel.workshop/internal/nearest"
)

// unknownCommand says that there is no such command, and which there are.
func unknownCommand(root *cobra.Command, word string) error {
	var names []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return usageError{fmt.Sprintf("there is no command %q%s\nThere are: %s. go run . --help says what they do.",
		word, didYouMean(word, names), strings.Join(names, ", "))}
}

// badFlags explains a flag that a command doesn't have, or can't read.
func badFlags(cmd *cobra.Command, err error) error {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, "--"+f.Name)
		}
	})
	slices.Sort(names)
	word := ""
	if _, after, ok := strings.Cut(err.Error(), "unknown flag: "); ok {
		word = after
	}
	return usageError{fmt.Sprintf("%v%s\n%s has the flags %s.", err, didYouMean(word, names), cmd.CommandPath(), strings.Join(names, ", "))}
}

func didYouMean(word string, names []string) string {
	if near := nearest.Name(word, names); near != "" {
		return ": did you mean " + near + "?"
	}
	return ""
}
