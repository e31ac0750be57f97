package bell

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestManyRingsWakeOnce(t *testing.T) {
	var b Bell
	b.Ring() // nobody listens
	rung, cancel := b.Subscribe()
	other, cancelOther := b.Subscribe()
	defer cancelOther()
	require.Empty(t, rung)
	b.Ring()
	b.Ring()
	require.Len(t, rung, 1)
	<-rung
	cancel()
	cancel()
	b.Ring()
	require.Empty(t, rung)
	require.Len(t, other, 1)
}
