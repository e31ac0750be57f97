package launch

import (
	"slices"

	"otel.workshop/internal/gcflags"
)

// A program is a command of this module that is built when need be, and kept.
// All of this module that it is built from lies below internal/, which a test
// holds.
type program struct {
	name string // begins the names of its files
	pkg  string
	is   string // to people
	args []string
}

var (
	// The command proper, which is all of the workshop that the first minutes
	// need.
	command = program{"workshop", "./internal/command/workshop", "the workshop's command", gcflags.Command()}

	// The embedded database, which step 1 does without: SQLite alone would be a
	// fifth of what there is to wait for.
	database = program{"database", "./internal/postgres/serve", "the workshop's database", []string{gcflags.Fast, gcflags.Database}}
)

// buildArgs returns the arguments of the go command that builds p into a file.
func (p program) buildArgs(binary string) []string {
	return slices.Concat([]string{"build", "-o", binary, "-buildvcs=false", "-ldflags=-w"}, p.args, []string{p.pkg})
}

// prefix begins the names of all that were built of a program.
func (p program) prefix() string { return p.name + "-" }

// scratchPrefix begins the names of the folders in which a build is under way.
func (p program) scratchPrefix() string { return "build-" + p.name + "-" }

// lock is the name of the file that whoever builds has locked.
func (p program) lock() string { return p.name + ".lock" }
