package command

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"otel.workshop/internal/workspace"
)

func newVersion(w *workshop) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "which workshop, Go and OpenTelemetry these are, for a bug report",
		Args:  atMost(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ws, err := workspace.Find(".")
			if err != nil {
				return err
			}
			return w.printf("workshop       %s\ngo             %s %s/%s\nopentelemetry  %s\n",
				commit(cmd.Context(), ws.Root), runtime.Version(), runtime.GOOS, runtime.GOARCH, opentelemetry(ws.Root))
		},
	}
}

// commit asks git which commit this is, since go run writes none into the
// program.
func commit(ctx context.Context, root string) string {
	git := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Dir = root
		out, err := cmd.Output()
		return strings.TrimSpace(string(out)), err
	}
	is, err := git("log", "-1", "--format=%h of %cs")
	if err != nil {
		return "of an unknown commit: git does not know this folder, or there is no git"
	}
	// A learner's steps are meant to change.
	if changed, err := git("status", "--porcelain", "--", ".", ":(exclude)steps"); err == nil && changed != "" {
		is += ", changed outside steps/"
	}
	return is
}

// otelVersion is the line of go.mod that says with what services are built.
var otelVersion = regexp.MustCompile(`(?m)^\s*(?:require )?go\.opentelemetry\.io/otel (v\S+)`)

func opentelemetry(root string) string {
	text, _ := os.ReadFile(filepath.Join(root, "go.mod")) // it may be gone: that is worth a report
	m := otelVersion.FindSubmatch(text)
	if m == nil {
		return "of an unknown version: go.mod does not name it"
	}
	return string(m[1])
}
