package command

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWayBack(t *testing.T) {
	require.Equal(t, `Copy-Item -Recurse -Force '.workshop\backups\1\*' 'steps\01-minimal'`, wayBack(`.workshop\backups\1`, "01-minimal", "windows"))
	require.Equal(t, "cp -R .workshop/backups/1/. steps/01-minimal", wayBack(".workshop/backups/1", "01-minimal", "darwin"))
}
