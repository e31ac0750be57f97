package command

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"otel.workshop/internal/demo"
	"otel.workshop/internal/shop"
	"otel.workshop/internal/variant"
)

// shells are those that cobra writes for.
var shells = []string{"bash", "zsh", "fish", "powershell"}

// newCompletion is hidden: a shell completes the name of a program, and most
// people type go run.
func newCompletion() *cobra.Command {
	return &cobra.Command{
		Use:    "completion bash|zsh|fish|powershell",
		Hidden: true,
		Short:  "what makes a shell complete commands, steps, checks and mistakes",
		Long: `Print what makes a shell complete commands, steps, checks and mistakes of a
program named workshop. In bash, for one session:

  go build -o .workshop/bin/workshop . && PATH=$PWD/.workshop/bin:$PATH
  source <(workshop completion bash)`,
		Args:      exactlyOne("a shell", func() string { return " There are: bash, zsh, fish, powershell" }),
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			write := map[string]func(io.Writer) error{
				"bash":       func(w io.Writer) error { return cmd.Root().GenBashCompletionV2(w, true) },
				"zsh":        cmd.Root().GenZshCompletion,
				"fish":       func(w io.Writer) error { return cmd.Root().GenFishCompletion(w, true) },
				"powershell": cmd.Root().GenPowerShellCompletionWithDesc,
			}[args[0]]
			if write == nil {
				return usageError{fmt.Sprintf("there is no completion for %q%s\nThere are: bash, zsh, fish, powershell", args[0], didYouMean(args[0], shells))}
			}
			if err := write(cmd.OutOrStdout()); err != nil {
				return fmt.Errorf("print: %w", err)
			}
			return nil
		},
	}
}

// A complete function returns words that may follow, some with a tab and what
// they mean. What can't be read has none: there is nobody to tell.
type complete func() []string

// completeArguments says what may follow each command, and its flags. A
// command that is not named takes nothing.
func (w *workshop) completeArguments(root *cobra.Command) {
	none := func() []string { return nil }
	arguments := map[string]complete{
		"check": w.stepsAndChecks, "hint": w.checks,
		"diff": w.steps, "reset": w.steps, "solve": w.steps, "run": w.steps,
		"demo": w.runnable, "break": w.variants,
	}
	root.ValidArgsFunction = first(w.stepsAndChecks)
	for _, cmd := range root.Commands() {
		if cmd.ValidArgs == nil {
			words := arguments[cmd.Name()]
			if words == nil {
				words = none
			}
			cmd.ValidArgsFunction = first(words)
		}
	}
	for _, f := range []struct {
		command, flag string
		words         complete
	}{
		{"run", "variant", w.runnable}, {"run", "fault", faultNames}, {"demo", "scenario", scenarioNames},
	} {
		cmd, _, err := root.Find([]string{f.command})
		if err == nil {
			err = cmd.RegisterFlagCompletionFunc(f.flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
				return f.words(), cobra.ShellCompDirectiveNoFileComp
			})
		}
		if err != nil {
			panic(fmt.Sprintf("complete --%s of %s: %v", f.flag, f.command, err)) // the table is wrong: any command shows it
		}
	}
}

// first offers words for the first argument, and nothing for others.
func first(words complete) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return words(), cobra.ShellCompDirectiveNoFileComp
	}
}

func (w *workshop) steps() []string {
	s, err := w.session()
	if err != nil {
		return nil
	}
	var words []string
	for _, step := range s.Steps {
		words = append(words, step.Name+"\t"+step.Title)
	}
	return words
}

// checks are those of all steps: by their id where one step alone has it.
func (w *workshop) checks() []string {
	s, err := w.session()
	if err != nil {
		return nil
	}
	times := map[string]int{}
	for _, step := range s.Steps {
		for _, c := range step.Checks {
			times[c.ID]++
		}
	}
	var words []string
	for _, step := range s.Steps {
		for _, c := range step.Checks {
			word := c.ID
			if times[word] > 1 {
				word = c.FullID()
			}
			words = append(words, word+"\t"+c.Number+" "+c.Title)
		}
	}
	return words
}

func (w *workshop) stepsAndChecks() []string { return append(w.steps(), w.checks()...) }

func (w *workshop) variants() []string { return named(w.load()) }

// runnable are the variants that are services.
func (w *workshop) runnable() []string { return named(variant.OfServices(w.load())) }

// load returns the variants, none when they can't be read.
func (w *workshop) load() []variant.Variant {
	s, err := w.session()
	if err != nil {
		return nil
	}
	all, _ := variant.Load(s.Root()) // whoever completes a command has no use for an error
	return all
}

func named(variants []variant.Variant) []string {
	var words []string
	for _, v := range variants {
		if v.Name != variant.Starter {
			words = append(words, v.Name+"\t"+v.Step+": "+v.Summary)
		}
	}
	return words
}

func faultNames() []string {
	var words []string
	for _, f := range shop.Faults() {
		words = append(words, string(f)+"\t"+f.String())
	}
	return words
}

func scenarioNames() []string {
	var words []string
	for _, s := range demo.Scenarios() {
		words = append(words, s.Name)
	}
	return words
}
