// Package gcflags says how the workshop's own packages are compiled where
// somebody waits for it. All who compile, vet or warm the build cache have to
// say the same, or one does not find what another has compiled.
package gcflags

import "slices"

// Fast is a flag of the go command: nothing of this module is inlined, and
// nothing is told to debuggers. That is a sixth of the time that a step's package
// takes.
const Fast = "-gcflags=otel.workshop/...=-l -dwarf=false"

// Database is the same for SQLite, which takes half the time then. A query of the
// orders takes 57 µs instead of 44, and one of a real PostgreSQL on the same
// machine 60 to 70.
const Database = "-gcflags=github.com/ncruces/go-sqlite3-wasm/...=-l -dwarf=false"

// Command returns Fast, and the same for each of the modules that the workshop's
// command links and no service does, about as much code again as the workshop
// itself: it takes two thirds of the time. What a service links too has to be
// compiled as it is for that, or it would be compiled twice.
func Command() []string {
	flags := []string{Fast}
	for _, module := range modules {
		flags = append(flags, "-gcflags="+module+"/...=-l -dwarf=false")
	}
	return flags
}

// modules are those of [Command]. A test in package launch compares them with
// what is linked, so that no more come along unseen.
var modules = []string{
	"charm.land/bubbletea/v2",
	"charm.land/lipgloss/v2",
	"github.com/bluekeyes/go-gitdiff",
	"github.com/charmbracelet/colorprofile",
	"github.com/charmbracelet/ultraviolet",
	"github.com/charmbracelet/x/ansi",
	"github.com/charmbracelet/x/term",
	"github.com/charmbracelet/x/termios",
	"github.com/charmbracelet/x/windows",
	"github.com/clipperhouse/displaywidth",
	"github.com/clipperhouse/uax29/v2",
	"github.com/fsnotify/fsnotify",
	"github.com/hashicorp/go-version",
	"github.com/json-iterator/go",
	"github.com/lucasb-eyer/go-colorful",
	"github.com/mattn/go-runewidth",
	"github.com/modern-go/concurrent",
	"github.com/modern-go/reflect2",
	"github.com/muesli/cancelreader",
	"github.com/rivo/uniseg",
	"github.com/rogpeppe/go-internal",
	"github.com/spf13/cobra",
	"github.com/spf13/pflag",
	"github.com/xo/terminfo",
	"github.com/yuin/goldmark",
	"go.opentelemetry.io/collector/featuregate",
	"go.opentelemetry.io/collector/pdata",
	"go.uber.org/multierr",
	"golang.org/x/sync",
	"rsc.io/qr",
}

// Modules returns the modules of [Command].
func Modules() []string { return slices.Clone(modules) }
