package recorder

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"otel.workshop/checker/internal/receipt"
	"otel.workshop/internal/stray"
)

// service is the environment variable that makes a check binary run as the
// learner's program instead of checking it.
const service = "WORKSHOP_SERVICE"

// Main is the TestMain of every package of checks.
//
// Under the grader it runs the one check that was ordered, with the arguments
// that were given, whatever has been made of them since; and it leaves a receipt
// when it has seen that very check run. By hand (go test ./checker/01-minimal, or in an
// IDE) it gives each of several selected checks a process of its own, since
// the providers that one check registers would spoil the next.
//
// program is the learner's program, for checks that start the real thing; it
// may be nil. See Start.
func Main(m *testing.M, program func() error) {
	if os.Getenv(service) != "" {
		if err := program(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if receipt.Wanted() {
		os.Args = receipt.Args()
	}
	flag.Parse()
	clean()
	if receipt.Wanted() {
		seen := attend(m, receipt.Test())
		pulse := feel()
		code := m.Run()
		switch {
		case code == 0:
			if err := receipt.Write(seen.became()); err != nil {
				fmt.Fprintln(os.Stderr, "write the receipt:", err)
				os.Exit(1)
			}
		case pulse.faltered():
			_ = receipt.Write(receipt.Late) // without it, the failure counts at once
		}
		os.Exit(code)
	}
	if names := selected(); len(names) > 1 || count() > 1 {
		os.Exit(runEach(names))
	}
	os.Exit(m.Run())
}

// clean takes out of the environment what would change a verdict: settings of
// OpenTelemetry and proxies. The grader does the same before it starts us.
func clean() {
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if stray.Variable(name) {
			_ = os.Unsetenv(name) // it was there a moment ago
		}
	}
}

// selected lists the checks that -test.run asks for, by asking a process of
// this same binary. It returns nothing when listing is itself what was asked.
func selected() []string {
	if flag.Lookup("test.list").Value.String() != "" {
		return nil
	}
	pattern, _, _ := strings.Cut(flag.Lookup("test.run").Value.String(), "/")
	if pattern == "" {
		pattern = "."
	}
	out, err := exec.Command(os.Args[0], "-test.list="+pattern).Output()
	if err != nil {
		return nil // the run itself will say what is wrong
	}
	var names []string
	for line := range strings.Lines(string(out)) {
		if name := strings.TrimSpace(line); strings.HasPrefix(name, "Test") {
			names = append(names, name)
		}
	}
	return names
}

// count is how often -test.count wants each test to run.
func count() int {
	n, err := strconv.Atoi(flag.Lookup("test.count").Value.String())
	if err != nil {
		return 1
	}
	return n
}

// runEach runs each test, as often as wanted, in a process of its own, with
// the flags that we were given. It returns the exit code for all of them.
func runEach(names []string) int {
	code := 0
	for range count() {
		for _, name := range names {
			args := append(os.Args[1:len(os.Args):len(os.Args)], "-test.run=^"+regexp.QuoteMeta(name)+"$", "-test.count=1")
			cmd := exec.Command(os.Args[0], args...)
			cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
			if err := cmd.Run(); err != nil {
				code = 1
			}
		}
	}
	return code
}
