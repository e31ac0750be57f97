package launch

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestProgressSaysHowFarItIs(t *testing.T) {
	began := time.Now()
	p := &Bar{began: began, required: 60, planned: map[string]bool{}}
	require.Equal(t, "looking at what there is to build · 1 s", p.text(began.Add(time.Second)))
	require.True(t, p.Plan("go: downloading golang.org/x/sys v0.49.0"))
	require.Equal(t, "downloading: 1 of at most 60 modules · 2 s", p.text(began.Add(2*time.Second)))
	for i := range 10 {
		p.Plan(`/usr/lib/go/pkg/tool/linux_amd64/compile -o $WORK/b002/_pkg_.a -trimpath "$WORK" -p internal/abi` + strconv.Itoa(i) + ` -lang=go1.26`)
		p.Plan(`"C:\\go\\compile.exe" -o x -p fmt` + strconv.Itoa(i))
		p.Plan(`"C:\\go\\compile.exe" -o y -p fmt` + strconv.Itoa(i)) // of another build
	}
	p.Plan("mkdir -p $WORK/b002/")
	require.Equal(t, 20, p.total)

	p.compiles = began.Add(10 * time.Second)
	for range 5 {
		require.True(t, p.Compile("golang.org/x/sys/unix"))
	}
	require.False(t, p.Compile("# golang.org/x/sys/unix"))
	require.False(t, p.Compile("a.go:3:4: undefined: x"))
	require.Equal(t, "█████░░░░░░░░░░░░░░░ compiling 5 of 20 packages · 11 s", p.text(began.Add(11*time.Second)))
	require.Equal(t, "█████░░░░░░░░░░░░░░░ compiling 5 of 20 packages · about 30 s left · 20 s", p.text(began.Add(20*time.Second)))
	p.started = 20
	require.Equal(t, strings.Repeat("█", 20)+" linking · 41 s", p.text(began.Add(41*time.Second)))

	p.started, p.total = 998, 1000
	require.LessOrEqual(t, utf8.RuneCountInString(p.text(began.Add(999*time.Second))), 78)
}

func TestProgressLeavesNothingOnATerminal(t *testing.T) {
	var out strings.Builder
	p := NewBar(&out, true, t.TempDir())
	p.Close()
	p.Close()
	lines := strings.Split(out.String(), "\r")
	require.Equal(t, "  looking at what there is to build · 0 s", lines[1])
	require.Equal(t, strings.Repeat(" ", len([]rune(lines[1]))), lines[2], "blank, and no escape sequence")
	require.Empty(t, lines[3])
}

// The lesson begins with a waterfall, and go.mod is counted as it is.
func TestGreeting(t *testing.T) {
	root := filepath.Join("..", "..")
	var out strings.Builder
	launcher{stderr: &out, terminal: true}.greet(root)
	require.Contains(t, out.String(), "GET /orders/{id}          demo-service   ███")
	require.Contains(t, out.String(), "\n  steps/01-minimal/README.md\n")
	out.Reset()
	launcher{args: []string{"02"}, stderr: &out, terminal: true}.greet(root)
	require.Contains(t, out.String(), "\n  steps/02-handler-spans/README.md\n")
	for line := range strings.Lines(out.String()) {
		require.LessOrEqual(t, utf8.RuneCountInString(line), 101, "an ordinary terminal")
	}

	gomod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	require.Equal(t, strings.Count(string(gomod), " v"), modules(root))
}
