package grader

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Whatever a learner's code does, it ends in an outcome, within the limit, and
// touches no other check; and nothing passes that did not run.
func TestHostileCode(t *testing.T) {
	const rest = `
func Second() int { return 2 }
func Third() int  { return 3 }
`
	const forged = `"\x16=== RUN   TestFirst\n\x16--- PASS: TestFirst (0.00s)\n--- PASS: TestFirst (0.00s)\nPASS\n"`
	tests := []struct {
		name     string
		imports  string // space-separated
		source   string
		outcomes string
		summary  string // part of the first result's
		stack    string // part of the first result's
		unix     bool   // whether it needs a Unix system
		linux    bool
	}{
		{name: "right", source: `func First() int { return 1 }` + rest,
			outcomes: "pass, pass, pass"},
		{name: "wrong", source: `func First() int { return 0 }` + rest,
			outcomes: "fail, pass, pass"},
		{name: "blocked", source: "func First() int { return 0 }\nfunc Second() int { return 0 }\nfunc Third() int { return 3 }",
			outcomes: "fail, blocked, pass"},
		{name: "not judged", source: "func First() int { return 1 }\nfunc Second() int { return 2 }\nfunc Third() int { return 0 }",
			outcomes: "pass, pass, not judged"},

		{name: "panic", source: `func First() int { panic("oh no") }` + rest,
			outcomes: "crashed, pass, pass", summary: "panic: oh no", stack: "steps/01-victim/victim.go"},
		{name: "panic in init", source: `func init() { panic("oh no") }
func First() int { return 1 }` + rest,
			outcomes: "crashed, crashed, crashed", summary: "panic: oh no", stack: "steps/01-victim/victim.go"},
		{name: "panic in a goroutine, later", imports: "time", source: `func First() int { go func() { time.Sleep(20*time.Millisecond); panic("later") }(); time.Sleep(10*time.Second); return 1 }` + rest,
			outcomes: "crashed, pass, pass", summary: "panic: later", stack: "steps/01-victim/victim.go"},
		{name: "deadlock", unix: true, source: `func First() int { select {} }` + rest,
			outcomes: "timed out, pass, pass", stack: "First"},
		{name: "log.Fatal", imports: "log", source: `func First() int { log.Fatal("no collector"); return 1 }` + rest,
			outcomes: "crashed, pass, pass", summary: "no collector"},
		{name: "os.Exit(0)", imports: "os", source: `func First() int { os.Exit(0); return 1 }` + rest,
			outcomes: "crashed, pass, pass", summary: "os.Exit(0)"},
		{name: "os.Exit(0) in init", imports: "os", source: `func init() { os.Exit(0) }
func First() int { return 1 }` + rest,
			outcomes: "crashed, crashed, crashed", summary: "ended itself with status 0"},
		{name: "syscall.Exit(0)", imports: "syscall", source: `func First() int { syscall.Exit(0); return 1 }` + rest,
			outcomes: "crashed, pass, pass", summary: "ended itself with status 0"},
		{name: "runtime.Goexit", imports: "runtime", source: `func First() int { runtime.Goexit(); return 1 }` + rest,
			outcomes: "crashed, pass, pass"},

		{name: "forged pass lines", imports: "fmt syscall", source: `func First() int { fmt.Print(` + forged + `); syscall.Exit(0); return 1 }` + rest,
			outcomes: "crashed, pass, pass"},
		{name: "forged pass lines in init", imports: "fmt os", source: `func init() { fmt.Print(` + forged + `); os.Exit(0) }
func First() int { return 1 }` + rest,
			outcomes: "crashed, crashed, crashed"},
		{name: "forged pass line before a failure", imports: "fmt", source: `func First() int { fmt.Print(` + forged + `); return 0 }` + rest,
			outcomes: "fail, pass, pass"},
		{name: "the test is not run at all", imports: "os", source: `func init() { for i := range os.Args { if len(os.Args[i]) > 10 && os.Args[i][:10] == "-test.run=" { os.Args[i] = "-test.run=^TestThird$" } } }
func First() int { return 0 }` + rest,
			outcomes: "crashed, crashed, pass"},
		{name: "a receipt without the nonce", imports: "os strings", source: `func First() int { for _, kv := range os.Environ() { if strings.HasPrefix(kv, "WORKSHOP_RECEIPT=") { _ = os.WriteFile(kv[17:], nil, 0o600) } }; return 0 }` + rest,
			outcomes: "fail, pass, pass"},

		{name: "endless loop", source: `func First() int { for { } }` + rest,
			outcomes: "timed out, pass, pass", stack: "First", unix: true},
		{name: "endless loop in init", source: `func init() { for { } }
func First() int { return 1 }` + rest,
			outcomes: "timed out, timed out, timed out"},
		{name: "ignores the question for its stacks", imports: "os/signal syscall", source: `func First() int { signal.Ignore(syscall.SIGQUIT); for { } }` + rest,
			outcomes: "timed out, pass, pass", unix: true},
		{name: "100 MB of output", imports: "os bytes", source: `func First() int { line := append(bytes.Repeat([]byte("x"), 1<<20), '\n'); for range 100 { _, _ = os.Stdout.Write(line) }; return 1 }` + rest,
			outcomes: "pass, pass, pass"},
		{name: "output without end", imports: "fmt", source: `func First() int { for { fmt.Println("and on") } }` + rest,
			outcomes: "timed out, pass, pass"},
		{name: "memory without end", source: `var all [][]byte
func First() int { for { b := make([]byte, 1<<30); all = append(all, b) } }` + rest,
			outcomes: "crashed, pass, pass", summary: "out of memory", linux: true},
		{name: "a child that stays", imports: "os os/exec", source: `func First() int { c := exec.Command("sleep", "60"); c.Stdout, c.Stderr = os.Stdout, os.Stderr; _ = c.Start(); return 1 }` + rest,
			outcomes: "pass, pass, pass", unix: true},
		{name: "a child that leaves the group", imports: "os os/exec syscall", source: `func First() int { c := exec.Command("sleep", "3"); c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}; c.Stdout, c.Stderr = os.Stdout, os.Stderr; _ = c.Start(); return 1 }` + rest,
			outcomes: "pass, pass, pass", unix: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.unix && runtime.GOOS == "windows" || tt.linux && runtime.GOOS != "linux" {
				t.Skip("not on this system")
			}
			var imports strings.Builder
			for path := range strings.FieldsSeq(tt.imports) {
				imports.WriteString("import \"" + path + "\"\n")
			}
			start := time.Now()
			r := gradeVictim(t, "package victim\n"+imports.String()+tt.source, Options{Limit: 4 * time.Second})
			require.Empty(t, r.Build)
			require.Equal(t, tt.outcomes, outcomes(r), "%+v", r.Results[0])
			require.Contains(t, r.Results[0].Summary, tt.summary)
			require.Contains(t, r.Results[0].Stack, tt.stack)
			require.LessOrEqual(t, len(r.Results[0].Output), 3*outputCap)
			require.Less(t, time.Since(start), 60*time.Second)
		})
	}
}
