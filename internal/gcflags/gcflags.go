// Package gcflags says how the workshop's own packages are compiled where
// somebody waits for it. All who compile, vet or warm the build cache have to
// say the same, or one does not find what another has compiled.
package gcflags

// Fast is a flag of the go command: nothing of this module is inlined, and
// nothing is told to debuggers. That is a sixth of the time that a step's package
// takes.
const Fast = "-gcflags=otel.workshop/...=-l -dwarf=false"

// Database is the same for SQLite, a fifth of what the command is compiled from:
// it takes half the time. A query of the orders takes 57 µs then instead of 44,
// and one of a real PostgreSQL on the same machine 60 to 70.
const Database = "-gcflags=github.com/ncruces/go-sqlite3-wasm/...=-l -dwarf=false"
