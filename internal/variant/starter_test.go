package variant

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMakeStarter(t *testing.T) {
	root := checkout(t)
	have := read(t, root, "broken/01-minimal/starter.diff")
	got, err := MakeStarter(root, "01-minimal")
	require.NoError(t, err)
	require.Equal(t, have, string(got), "nothing changed")

	toCRLF(t, root)
	got, err = MakeStarter(root, "01-minimal")
	require.NoError(t, err)
	require.Equal(t, have, string(got), "on Windows")

	root = checkout(t)
	step := read(t, root, "steps/01-minimal/telemetry.go")
	write(t, root, "steps/01-minimal/telemetry.go", strings.Replace(step, "still", "yet", 1))
	got, err = MakeStarter(root, "01-minimal")
	require.NoError(t, err)
	message, _, _ := strings.Cut(have, "diff --git")
	require.True(t, strings.HasPrefix(string(got), message+"diff --git"), "the message stays:\n%s", got)
	require.Contains(t, string(got), "+// Setup is yet to be written.")

	require.NoError(t, os.Remove(filepath.Join(root, "broken", "01-minimal", "starter.diff")))
	got, err = MakeStarter(root, "01-minimal")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(got), newStarter+"diff --git"))
}

func TestMakeStarterRefuses(t *testing.T) {
	root := checkout(t)
	write(t, root, "steps/01-minimal/mine/x.go", "package mine\n")
	_, err := MakeStarter(root, "01-minimal")
	require.ErrorContains(t, err, "touches solutions/01-minimal/mine/x.go")
	require.NoError(t, os.RemoveAll(filepath.Join(root, "steps", "01-minimal", "mine")))

	write(t, root, "steps/01-minimal/telemetry.go", read(t, root, "solutions/01-minimal/telemetry.go"))
	_, err = MakeStarter(root, "01-minimal")
	require.ErrorContains(t, err, "equals its solution")
}

func TestOriginals(t *testing.T) {
	root := checkout(t)
	want, err := Step(root, "01-minimal")
	require.NoError(t, err)
	write(t, root, "steps/01-minimal/telemetry.go", "package mine\n")
	got, err := Originals(root, "01-minimal")
	require.NoError(t, err)
	require.Equal(t, texts(want), texts(got))

	_, err = Originals(root, "02-next")
	require.ErrorContains(t, err, "git restore broken/02-next/starter.diff")
}
