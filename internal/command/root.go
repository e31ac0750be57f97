package command

import (
	"errors"

	"github.com/spf13/cobra"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/web"
)

const about = `The Invisible Thread: learn OpenTelemetry by instrumenting a Go service, one small check at a time.

"go run ." starts the workshop. Open the file that it names, and save: every save is graded.
"go run . 02" begins at another step. With --room URL, your instructor sees how you get on;
it says first what that is, and asks for a name, which --name NAME gives in advance.`

const usage = `{{with .Long}}{{. | trimTrailingWhitespaces}}

{{end}}{{if .Runnable}}  {{.UseLine}}
{{end}}{{if .HasAvailableSubCommands}}  {{.CommandPath}} COMMAND

Commands:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}}  {{.Short}}{{end}}{{end}}

{{.CommandPath}} COMMAND --help says more about one.
{{end}}{{if .HasExample}}
For example:
{{.Example}}
{{end}}{{if and .HasAvailableLocalFlags .HasParent}}
Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}`

func newRoot(w *workshop) *cobra.Command {
	var story bool
	var in invitation
	root := &cobra.Command{
		Use:                   "workshop",
		Annotations:           map[string]string{cobra.CommandDisplayNameAnnotation: "go run ."},
		Long:                  about,
		SilenceErrors:         true,
		SilenceUsage:          true,
		DisableFlagsInUseLine: true,
		CompletionOptions:     cobra.CompletionOptions{DisableDefaultCmd: true},
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return unknownCommand(cmd, args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := w.session()
			if err != nil {
				return err
			}
			var at *lesson.Check
			if len(args) == 1 {
				step, check, err := find(s, args[0])
				var lost lostError
				if errors.As(err, &lost) {
					return err
				}
				if err != nil { // more likely it was meant to be a command
					return unknownCommand(cmd, args[0])
				}
				if at = check; check == nil {
					begin := s.Begin(step)
					at = &begin
				}
			}
			return w.work(cmd.Context(), s, at, in, web.Options{Story: story})
		},
	}
	root.SetHelpTemplate(usage)
	root.SetUsageTemplate(usage)
	root.SetHelpCommand(&cobra.Command{Hidden: true, Use: "help [COMMAND]", RunE: func(_ *cobra.Command, args []string) error {
		cmd, rest, err := root.Find(args)
		if err != nil || len(rest) > 0 {
			return unknownCommand(root, args[0])
		}
		return cmd.Help()
	}})
	root.SetFlagErrorFunc(badFlags)
	cobra.EnableCommandSorting = false // in the order in which people need them
	root.AddCommand(
		newCheck(w), newList(w), newHint(w), newDiff(w), newReset(w), newSolve(w),
		newRun(w), newDemo(w), newRoom(w), newBreak(w), newDoctor(w), newVersion(w), newCompletion(),
	)
	w.completeArguments(root)
	for _, cmd := range root.Commands() {
		for _, c := range append(cmd.Commands(), cmd) {
			c.DisableFlagsInUseLine = true
			c.Flags().BoolP("help", "h", false, "print this")
		}
	}
	root.Flags().BoolP("help", "h", false, "print this")
	root.Flags().StringVar(&in.url, "room", "", "report to an instructor's room at `URL`")
	root.Flags().StringVar(&in.name, "name", "", "go by `NAME` there")
	forwardFlag(root, w)
	root.Flags().BoolVar(&story, "story", false, "serve /story, the page's pictures of hard cases")
	_ = root.Flags().MarkHidden("story") // it is there: it has just been defined
	return root
}

// atMost is cobra.MaximumNArgs with an error that helps.
func atMost(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return usageError{cmd.CommandPath() + " takes " + what + ", not " + quoteAll(args)}
		}
		return nil
	}
}

// exactlyOne is cobra.ExactArgs(1) with an error that helps.
func exactlyOne(what string, known func() string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		if len(args) == 0 {
			return usageError{cmd.CommandPath() + " wants " + what + "." + known()}
		}
		return usageError{cmd.CommandPath() + " takes " + what + ", not " + quoteAll(args)}
	}
}
