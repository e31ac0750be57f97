package collector

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// When there is no room, who has never sent anything of use should leave first,
// whether it has been silent or not.
func TestWhoLeavesFirst(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	d := newDoor(ln, 3)
	defer func() { _ = d.Close() }()
	enter := func() (client net.Conn, v *visitor) {
		client, err := net.Dial("tcp", ln.Addr().String())
		require.NoError(t, err)
		t.Cleanup(func() { _ = client.Close() })
		conn, err := d.Accept()
		require.NoError(t, err)
		return client, conn.(*visitor)
	}
	isCut := func(client net.Conn) bool {
		require.NoError(t, client.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
		_, err := client.Read(make([]byte, 1))
		timeout, ok := err.(net.Error)
		return !ok || !timeout.Timeout()
	}
	good, v := enter()
	noteGood(withVisitor(t.Context(), v))
	first, _ := enter()
	second, _ := enter()
	third, _ := enter()
	require.True(t, isCut(first))
	require.False(t, isCut(good))
	require.False(t, isCut(second))
	fourth, v := enter()
	require.True(t, isCut(second))
	require.False(t, isCut(third))
	require.False(t, isCut(fourth))
	require.NoError(t, v.Close())
	require.Len(t, d.inside, 2)
}
