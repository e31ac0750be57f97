package grader

import "slices"

// forged is what a test that passes prints, in Go; forgedSkip one that skips.
const (
	forged      = `"\x16=== RUN   TestFirst\n\x16--- PASS: TestFirst (0.00s)\n--- PASS: TestFirst (0.00s)\nPASS\n"`
	forgedAll   = `"\x16--- PASS: TestFirst (0.00s)\n\x16--- PASS: TestSecond (0.00s)\n\x16--- PASS: TestThird (0.00s)\nPASS\n"`
	forgedSkip  = `"\x16--- SKIP: TestFirst (0.00s)\n"`
	forgedThird = `"\x16--- PASS: TestThird (0.00s)\n"`
)

// outputDir is the check's own folder, in Go.
const outputDir = `
func outputDir() string {
	for _, arg := range os.Args {
		if dir, ok := strings.CutPrefix(arg, "-test.outputdir="); ok {
			return dir
		}
	}
	return ""
}
`

// hostileSteps is the corpus, by what it attacks.
var hostileSteps = slices.Concat(hostileVerdicts, hostileEnds, hostileFiles, hostileTime, hostileProcesses)

// Right and wrong ones, so that the others can be told from them.
var hostileVerdicts = []hostile{
	{name: "right", source: `func First() int { return 1 }`,
		outcomes: "pass, pass, pass"},
	{name: "wrong", source: `func First() int { return 0 }`,
		outcomes: "fail, pass, pass"},
	{name: "blocked", source: "func First() int { return 0 }\nfunc Second() int { return 0 }",
		outcomes: "fail, blocked, pass"},
	{name: "not judged", source: "func First() int { return 1 }\nfunc Third() int { return 0 }",
		outcomes: "pass, pass, not judged"},

	{name: "forged pass lines", imports: "fmt syscall", source: `func First() int { fmt.Print(` + forged + `); syscall.Exit(0); return 1 }`,
		outcomes: "crashed, pass, pass"},
	{name: "forged pass lines in init", imports: "fmt os", source: `func init() { fmt.Print(` + forgedAll + `); os.Exit(0) }
func First() int { return 1 }`,
		outcomes: "crashed, crashed, crashed"},
	{name: "forged pass line before a failure", imports: "fmt", source: `func First() int { fmt.Print(` + forged + `); return 0 }`,
		outcomes: "fail, pass, pass"},
	{name: "forged skip line before a failure", imports: "fmt", source: `func First() int { fmt.Print(` + forgedSkip + `); return 0 }`,
		outcomes: "fail, pass, pass"},
	{name: "forged pass line before a skip", imports: "fmt", source: `func First() int { return 1 }
func Third() int { fmt.Print(` + forgedThird + `); return 0 }`,
		outcomes: "pass, pass, not judged"},
	{name: "forged premises", imports: "fmt", source: `func First() int { fmt.Print("\x16=== ATTR  TestFirst needs second\n\x16=== ATTR  TestFirst needs first\n"); return 0 }
func Second() int { return 0 }`,
		outcomes: "blocked, fail, pass"},
	{name: "another test is asked for", imports: "os", source: `func init() { for i := range os.Args { if len(os.Args[i]) > 10 && os.Args[i][:10] == "-test.run=" { os.Args[i] = "-test.run=^TestThird$" } } }
func First() int { return 0 }`,
		outcomes: "fail, pass, pass"},
	{name: "no test is asked for, and the lines are forged", imports: "fmt os", source: `func init() { fmt.Print(` + forgedAll + `); os.Args = []string{os.Args[0], "-test.run=^$"} }
func First() int { return 0 }
func Second() int { return 0 }
func Third() int { return 0 }`,
		outcomes: "fail, blocked, not judged"},
	{name: "no arguments are left", imports: "os", source: `func init() { os.Args = nil }
func First() int { return len(os.Args[0]) }`,
		outcomes: "fail, pass, pass"},
	{name: "every test is passed over, and the lines are forged", imports: "flag fmt testing", source: `func init() { testing.Init(); _ = flag.Set("test.skip", "."); fmt.Print(` + forgedAll + `) }
func First() int { return 0 }`,
		outcomes: "crashed, crashed, crashed", summary: "never run"},
	{name: "each test is run twice", imports: "flag testing", source: `func init() { testing.Init(); _ = flag.Set("test.count", "2") }
func First() int { return 1 }`,
		outcomes: "crashed, crashed, crashed", summary: "never run"},
	{name: "the flags are others", imports: "flag testing", source: `func init() { testing.Init(); flag.CommandLine = flag.NewFlagSet("", flag.ContinueOnError) }
func First() int { return 0 }`,
		outcomes: "crashed, crashed, crashed"},
	{name: "tests of its own", imports: "flag os testing", source: `func init() {
	testing.Init()
	_ = flag.Set("test.v", "test2json")
	own := func(name string) testing.InternalTest { return testing.InternalTest{Name: name, F: func(*testing.T) {}} }
	testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{own("TestFirst"), own("TestSecond"), own("TestThird")})
	os.Exit(0)
}
func First() int { return 0 }`,
		outcomes: "crashed, crashed, crashed"},
	{name: "reads the order before anybody else", imports: "syscall", source: `func init() {
	order := make([]byte, 4096)
	n, _ := syscall.Read(syscall.Stdin, order)
	parts := []string{""}
	for _, b := range order[:max(n, 0)] {
		if b == 0 { parts = append(parts, ""); continue }
		parts[len(parts)-1] += string(rune(b))
	}
	if len(parts) > 2 {
		fd, _ := syscall.Open(parts[1], syscall.O_WRONLY|syscall.O_CREAT, 0o600)
		_, _ = syscall.Write(fd, []byte(parts[0] + " passed"))
		_, _ = syscall.Write(syscall.Stdout, []byte(` + forgedAll + `))
		syscall.Exit(0)
	}
}
func First() int { return 0 }`,
		outcomes: "fail, pass, pass"},
	{name: "reads the receipt's variable by its name", imports: "fmt os unsafe", source: `//go:linkname write otel.workshop/checker/internal/receipt.write
var write func(string) error

func First() int { fmt.Print(` + forged + `); fmt.Println(write("passed")); os.Exit(0); return 0 }`,
		outcomes: "crashed, pass, pass"},
	{name: "a receipt without the nonce", imports: "os strings path/filepath", source: `func First() int { _ = os.WriteFile(filepath.Join(outputDir(), "receipt"), []byte(" passed"), 0o600); return 0 }` + outputDir,
		outcomes: "fail, pass, pass"},
}

// What ends the process, or keeps its verdict from arriving.
var hostileEnds = []hostile{
	{name: "panic", source: `func First() int { panic("oh no") }`,
		outcomes: "crashed, pass, pass", summary: "panic: oh no", stack: "steps/01-victim/h"},
	{name: "panic in init", source: `func init() { panic("oh no") }
func First() int { return 1 }`,
		outcomes: "crashed, crashed, crashed", summary: "panic: oh no", stack: "steps/01-victim/h"},
	{name: "panic in a goroutine, later", imports: "time", source: `func First() int { go func() { time.Sleep(20*time.Millisecond); panic("later") }(); time.Sleep(10*time.Second); return 1 }`,
		outcomes: "crashed, pass, pass", summary: "panic: later", stack: "steps/01-victim/h"},
	{name: "a runtime's fatal error", imports: "sync", source: `func First() int { new(sync.Mutex).Unlock(); return 1 }`,
		outcomes: "crashed, pass, pass", summary: "unlock of unlocked mutex", stack: "First"},
	{name: "calls itself without end", source: `func First() int { return First() + 1 }`,
		outcomes: "crashed, pass, pass", summary: "First calls itself without end", stack: "First\n    steps/01-victim/h"},
	{name: "three that call each other without end", source: `func First() int { return a() }
func a() int { return b() + 1 }
func b() int { return c() + 1 }
func c() int {
	return a() + 1 }`,
		outcomes: "crashed, pass, pass", summary: " → "},
	{name: "describes itself without end", imports: "fmt", source: `type order struct{}
func (o order) String() string { return fmt.Sprint(o) }
func First() int { return len(order{}.String()) }`,
		outcomes: "crashed, pass, pass", summary: "order.String calls itself without end"},
	{name: "calls itself without end in init", imports: "net/http", source: `var _ = http.StatusOK
func a() int { return a() + 1 }
func init() { _ = a() }
func First() int { return 1 }`,
		outcomes: "crashed, crashed, crashed", summary: "a calls itself without end", stack: "a\n    steps/01-victim/h"},
	{name: "log.Fatal", imports: "log", source: `func First() int { log.Fatal("no collector"); return 1 }`,
		outcomes: "crashed, pass, pass", summary: "no collector"},
	{name: "os.Exit(0)", imports: "os", source: `func First() int { os.Exit(0); return 1 }`,
		outcomes: "crashed, pass, pass", summary: "os.Exit(0)"},
	{name: "os.Exit(0) in init", imports: "os", source: `func init() { os.Exit(0) }
func First() int { return 1 }`,
		outcomes: "crashed, crashed, crashed", summary: "ended itself with status 0"},
	{name: "syscall.Exit(0)", imports: "syscall", source: `func First() int { syscall.Exit(0); return 1 }`,
		outcomes: "crashed, pass, pass", summary: "ended itself with status 0"},
	{name: "runtime.Goexit", imports: "runtime", source: `func First() int { runtime.Goexit(); return 1 }`,
		outcomes: "crashed, pass, pass"},
	{name: "kills itself", imports: "os", source: `func First() int { p, _ := os.FindProcess(os.Getpid()); _ = p.Kill(); select {} }`,
		outcomes: "crashed, pass, pass", summary: "killed", only: "unix"},
	{name: "kills its group", imports: "syscall", source: `func First() int { _ = syscall.Kill(0, syscall.SIGKILL); select {} }`,
		outcomes: "crashed, pass, pass", summary: "killed", only: "unix"},
	{name: "closes its standard output", imports: "os", source: `func First() int { _ = os.Stdout.Close(); return 1 }`,
		outcomes: "crashed, pass, pass", summary: "close os.Stdout"},
	{name: "puts another file in the place of its standard output", imports: "os", source: `func init() { os.Stdout, _ = os.Open(os.DevNull) }
func First() int { return 1 }`,
		outcomes: "crashed, crashed, crashed", summary: "close os.Stdout"},
	{name: "clears its environment", imports: "os", source: `func First() int { os.Clearenv(); return 1 }`,
		outcomes: "pass, pass, pass"},
	{name: "moves to another folder", imports: "os", source: `func First() int { _ = os.Chdir("/"); return 1 }`,
		outcomes: "pass, pass, pass"},
	{name: "reads its standard input", imports: "io os", source: `func First() int { all, _ := io.ReadAll(os.Stdin); return 1 + len(all) }`,
		outcomes: "pass, pass, pass"},
	{name: "may open no file any more", imports: "syscall", source: `func First() int { _ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{}); return 1 }`,
		outcomes: "crashed, pass, pass", summary: "write the receipt", only: "linux"},
	{name: "a name for its program that is not its own", imports: "os", source: `func First() int { os.Args[0] = "/bin/true"; return 1 }`,
		outcomes: "pass, pass, pass"},
}

// What is left in files for the grader to find, and what is taken from it.
var hostileFiles = []hostile{
	{name: "removes its own folder", imports: "os strings", source: `func First() int { _ = os.RemoveAll(outputDir()); return 1 }` + outputDir,
		outcomes: "crashed, pass, pass", summary: "write the receipt"},
	{name: "removes its own program", imports: "os", source: `func First() int { _ = os.Remove(os.Args[0]); return 1 }`,
		outcomes: "pass, pass, pass"},
	{name: "replaces its own program", imports: "os", source: `func First() int { _ = os.Remove(os.Args[0]); _ = os.WriteFile(os.Args[0], []byte("#!/bin/sh\n"), 0o755); return 1 }`,
		outcomes: "pass, pass, pass"},
	{name: "overwrites its own program", imports: "os", source: `func First() int { _ = os.Chmod(os.Args[0], 0o755); if f, err := os.OpenFile(os.Args[0], os.O_WRONLY, 0); err == nil { _, _ = f.WriteString("#!/bin/sh\n"); _ = f.Close() }; return 1 }`,
		outcomes: "pass, pass, pass", only: "linux"},
	{name: "the receipt is a pipe", imports: "os path/filepath strings syscall", source: `func First() int { _ = syscall.Mkfifo(filepath.Join(outputDir(), "receipt"), 0o600); return 1 }` + outputDir,
		outcomes: "crashed, pass, pass", summary: "write the receipt", only: "unix"},
	{name: "the receipt has no end", imports: "os path/filepath strings", source: `func First() int { _ = os.Symlink("/dev/zero", filepath.Join(outputDir(), "receipt")); return 1 }` + outputDir,
		outcomes: "crashed, pass, pass", summary: "write the receipt", only: "unix"},
	{name: "artifacts elsewhere, without end", imports: "fmt os path/filepath strings", source: `func First() int {
	dir := outputDir() + "-elsewhere"
	_ = os.Mkdir(dir, 0o700)
	for _, name := range []string{"finding.json", "traces.json", "metrics.json"} { _ = os.Symlink("/dev/zero", filepath.Join(dir, name)) }
	fmt.Printf("\x16=== ARTIFACTS TestFirst %s\n", dir)
	return 1
}` + outputDir,
		outcomes: "pass, pass, pass", only: "unix"},
	{name: "artifacts of its own without end", imports: "fmt os path/filepath strings", source: `func First() int {
	for _, name := range []string{"finding.json", "traces.json", "metrics.json"} { _ = os.Symlink("/dev/zero", filepath.Join(outputDir(), name)) }
	fmt.Printf("\x16=== ARTIFACTS TestFirst %s\n", outputDir())
	return 1
}` + outputDir,
		outcomes: "pass, pass, pass", only: "unix"},
	{name: "artifacts that are pipes", imports: "fmt os path/filepath strings syscall", source: `func First() int {
	for _, name := range []string{"finding.json", "traces.json", "metrics.json"} { _ = syscall.Mkfifo(filepath.Join(outputDir(), name), 0o600) }
	fmt.Printf("\x16=== ARTIFACTS TestFirst %s\n", outputDir())
	return 1
}` + outputDir,
		outcomes: "pass, pass, pass", only: "unix"},
	{name: "artifacts of a terabyte", imports: "fmt os path/filepath strings", source: `func First() int {
	for _, name := range []string{"finding.json", "traces.json", "metrics.json"} {
		f, _ := os.Create(filepath.Join(outputDir(), name))
		_ = f.Truncate(1 << 40)
		_ = f.Close()
	}
	fmt.Printf("\x16=== ARTIFACTS TestFirst %s\n", outputDir())
	return 1
}` + outputDir,
		outcomes: "pass, pass, pass", only: "linux"},
	{name: "100 MB of output", imports: "os bytes", source: `func First() int { line := append(bytes.Repeat([]byte("x"), 1<<20), '\n'); for range 100 { _, _ = os.Stdout.Write(line) }; return 1 }`,
		outcomes: "pass, pass, pass"},
	{name: "a line of 20 MB", imports: "os bytes", source: `func First() int { line := bytes.Repeat([]byte("\x16"), 1<<20); for range 20 { _, _ = os.Stdout.Write(line) }; return 1 }`,
		outcomes: "crashed, pass, pass"},
	{name: "output that is no text", imports: "os", source: `func First() int { for i := range 256 { _, _ = os.Stdout.Write([]byte{byte(i), 0x1b, '[', '2', 'J', 0xff, 0}) }; _, _ = os.Stdout.WriteString("\n"); return 1 }`,
		outcomes: "pass, pass, pass"},
}

// What does not end.
var hostileTime = []hostile{
	{name: "takes a moment", imports: "time", source: `func First() int { time.Sleep(700 * time.Millisecond); return 1 }`,
		outcomes: "pass, pass, pass"},
	{name: "an init that works", only: "unix", imports: "syscall", source: `func init() {
	var u syscall.Rusage // for 200 ms of processor time
	for syscall.Getrusage(syscall.RUSAGE_SELF, &u) == nil && u.Utime.Nano()+u.Stime.Nano() < 200_000_000 { }
}
func First() int { return 1 }`,
		outcomes: "pass, pass, pass"},
	{name: "deadlock", only: "unix", source: `func First() int { select {} }`,
		outcomes: "timed out, pass, pass", stack: "First"},
	{name: "endless loop", source: `func First() int { for { } }`,
		outcomes: "timed out, pass, pass", stack: "First", only: "unix"},
	{name: "endless loop in init", source: `func init() { for { } }
func First() int { return 1 }`,
		outcomes: "timed out, timed out, timed out"},
	{name: "an error that is never told", source: `type endless struct{}
func (endless) Error() string { for { } }
func First() int { panic(endless{}) }`,
		outcomes: "timed out, pass, pass"},
	{name: "ignores the question for its stacks", imports: "os/signal syscall", source: `func First() int { signal.Ignore(syscall.SIGQUIT); for { } }`,
		outcomes: "timed out, pass, pass", only: "unix"},
	{name: "ignores all signals and waits", imports: "os/signal", source: `func First() int { signal.Ignore(); select {} }`,
		outcomes: "timed out, pass, pass", only: "unix"},
	{name: "stops itself", imports: "syscall", source: `func First() int { _ = syscall.Kill(syscall.Getpid(), syscall.SIGSTOP); return 1 }`,
		outcomes: "timed out, pass, pass", only: "unix"},
	{name: "output without end", imports: "fmt", source: `func First() int { for { fmt.Println("and on") } }`,
		outcomes: "timed out, pass, pass"},
	{name: "memory without end", source: `var all [][]byte
func First() int { for { b := make([]byte, 1<<30); all = append(all, b) } }`,
		outcomes: "crashed, pass, pass", summary: "out of memory", only: "linux"},
}

// What outlives the check.
var hostileProcesses = []hostile{
	{name: "a thousand goroutines that stay", source: `func First() int { for range 1000 { go func() { select {} }() }; return 1 }`,
		outcomes: "pass, pass, pass"},
	{name: "a child that stays", imports: "os os/exec", source: `func First() int { c := exec.Command("sleep", "60"); c.Stdout, c.Stderr = os.Stdout, os.Stderr; _ = c.Start(); return 1 }`,
		outcomes: "pass, pass, pass", only: "unix"},
	{name: "a child that hears no signal", imports: "os/exec", source: `func First() int { _ = exec.Command("sh", "-c", "trap '' INT TERM QUIT HUP; sleep 60").Start(); return 1 }`,
		outcomes: "pass, pass, pass", only: "unix"},
	{name: "children that leave the group", imports: "os/exec syscall", source: `func First() int {
	for range 20 {
		c := exec.Command("sleep", "600")
		c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		_ = c.Start()
	}
	return 1
}`,
		outcomes: "pass, pass, pass", only: "linux"},
	{name: "a child that leaves the group, the environment and the output", imports: "os/exec", source: `func init() { _ = exec.Command("env", "-i", "setsid", "sh", "-c", "cd /; setsid sleep 600 & setsid sleep 600").Start() }
func First() int { return 1 }`,
		outcomes: "pass, pass, pass", only: "linux"},
	{name: "a child that holds the output", imports: "os os/exec syscall", source: `func First() int { c := exec.Command("sleep", "600"); c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}; c.Stdout, c.Stderr = os.Stdout, os.Stderr; _ = c.Start(); return 1 }`,
		outcomes: "pass, pass, pass", only: "linux"},
	{name: "children without end", imports: "os/exec time", source: `func First() int {
	for start := time.Now(); time.Since(start) < 300*time.Millisecond; {
		_ = exec.Command("setsid", "sh", "-c", "sleep 600 & setsid sleep 600").Start()
	}
	return 1
}`,
		outcomes: "pass, pass, pass", only: "linux"},
}
