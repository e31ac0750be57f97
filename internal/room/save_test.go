package room

import (
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/room/crowd"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/workspace"
)

// A checkout is a folder to remember a room in.
func checkout(t *testing.T) workspace.Workspace { return workspace.Workspace{Root: t.TempDir()} }

// The room that is opened next is the same one.
func TestTheSameRoom(t *testing.T) {
	ws := checkout(t)
	first := open(t, Options{Workspace: ws, Title: "Monday"})
	ada, gone, left := crowd.NewParticipant("Ada"), crowd.NewParticipant("gone"), crowd.NewParticipant("left")
	for _, p := range []*crowd.Participant{ada, gone, left} {
		status, says := sendTraces(t, p, first, p.Grading("01-minimal", "fail", map[string]string{checkA: "pass", checkB: "timed out"}))
		require.Equal(t, 200, status, says)
		status, says = sendMetrics(t, p, first, p.Push(checkB, map[string]wire.State{checkA: wire.Passing, checkB: wire.Failing}))
		require.Equal(t, 200, status, says)
	}
	old := address(first)
	require.NoError(t, first.Revoke())
	require.NoError(t, first.Remove(gone.ID()))
	status, says := sendTraces(t, left, first, left.Leaving())
	require.Equal(t, 200, status, says)
	before := first.View()
	token := first.Invite()[0].Token
	require.NoError(t, first.Close(t.Context()))

	info, err := os.Stat(ws.StateFile(savedFile))
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	data, err := os.ReadFile(ws.StateFile(savedFile))
	require.NoError(t, err)
	for _, p := range []*crowd.Participant{ada, gone, left} {
		require.NotContains(t, string(data), string(p.Credential), "credentials are not kept")
	}
	require.NotContains(t, string(data), left.ID(), "who left is forgotten")

	again := open(t, Options{Workspace: ws})
	require.Empty(t, again.Notices())
	require.Equal(t, token, again.Invite()[0].Token)
	after := again.View()
	require.Equal(t, "Monday", after.Title)
	require.Equal(t, before.Stats, after.Stats)
	require.Len(t, after.People, 1)
	require.WithinDuration(t, before.People[0].Seen, after.People[0].Seen, 0)
	require.Equal(t, before.People[0].Checks, after.People[0].Checks)
	require.Equal(t, 1, after.People[0].Gradings)
	require.Equal(t, "01-minimal", after.People[0].Latest[0].Step)
	status, _ = sendMetrics(t, gone, again, gone.Push(checkA, nil))
	require.Equal(t, 403, status)
	status, _, err = ada.SendMetrics(http.DefaultClient, again.Invite()[0].Base+old[strings.LastIndexByte(old, '/'):], ada.Push(checkA, nil))
	require.NoError(t, err)
	require.Equal(t, 410, status, "the token that was revoked before")

	ada.Graded = 3
	status, _ = sendMetrics(t, ada, again, ada.Push(checkA, nil))
	require.Equal(t, 200, status)
	require.Equal(t, 3, again.View().People[0].Gradings, "their workshop has gone on")
}

func TestNewTokenAndForget(t *testing.T) {
	ws := checkout(t)
	p := crowd.NewParticipant("Ada")
	first := open(t, Options{Workspace: ws})
	status, _ := sendMetrics(t, p, first, p.Push(checkA, nil))
	require.Equal(t, 200, status)
	require.NoError(t, first.Close(t.Context()))

	anew := open(t, Options{Workspace: ws, NewToken: true})
	require.NotEqual(t, first.Invite()[0].Token, anew.Invite()[0].Token)
	require.Len(t, anew.View().People, 1)
	require.NoError(t, anew.Close(t.Context()))

	empty := open(t, Options{Workspace: ws, Forget: true})
	require.NotEqual(t, anew.Invite()[0].Token, empty.Invite()[0].Token)
	require.Empty(t, empty.View().People)
	require.NoError(t, empty.Close(t.Context()))
	require.Equal(t, empty.Invite()[0].Token, open(t, Options{Workspace: ws}).Invite()[0].Token)
}

// What changes is on the disk soon, without the room's having been closed.
func TestSavedWhileOpen(t *testing.T) {
	ws := checkout(t)
	r := open(t, Options{Workspace: ws})
	p := crowd.NewParticipant("Ada")
	status, _ := sendMetrics(t, p, r, p.Push(checkA, nil))
	require.Equal(t, 200, status)
	require.Eventually(t, func() bool {
		data, err := os.ReadFile(ws.StateFile(savedFile))
		return err == nil && strings.Contains(string(data), p.ID())
	}, 20*time.Second, 50*time.Millisecond)
}

// A file that makes no sense is set aside, and stops nobody.
func TestDamagedFile(t *testing.T) {
	for name, content := range map[string]string{
		"empty": "", "half": `{"format":1,"token":"abc`, "another version": `{"format":99}`, "null": "null",
		"no token": `{"format":1,"token":"../../etc","people":[]}`, "another type": `{"format":1,"people":{"a":1}}`,
	} {
		t.Run(name, func(t *testing.T) {
			ws := checkout(t)
			require.NoError(t, ws.SaveState(savedFile, []byte(content), 0o600))
			r := open(t, Options{Workspace: ws})
			require.Len(t, r.Notices(), 1)
			require.Contains(t, r.Notices()[0], "a new room begins")
			kept, err := os.ReadFile(ws.StateFile(savedFile) + ".damaged")
			require.NoError(t, err)
			require.Equal(t, content, string(kept))
		})
	}
}

// What a file says is believed no more than what a participant says.
func TestForgedFile(t *testing.T) {
	ws := checkout(t)
	token := wire.NewToken()
	require.NoError(t, ws.SaveState(savedFile, []byte(`{"format":1,"token":"`+token+`","title":"a\u202eb","people":[
		{"id":"0123456789abcdef","name":"\u0000","at":"no/such","states":{"no/such":1,"`+checkA+`":0},"outcomes":{"`+checkA+`":"<b>"},"hints":{"x":1}}]}`), 0o600))
	r := open(t, Options{Workspace: ws})
	require.Equal(t, token, r.Invite()[0].Token)
	v := r.View()
	require.Equal(t, "ab", v.Title)
	require.Regexp(t, `^guest`, v.People[0].Name)
	require.Empty(t, v.People[0].At)
	require.Equal(t, map[string]CheckView{checkA: {State: wire.Failing}}, v.People[0].Checks)
}

// A disk that cannot be written to is told once, and harms nothing; when it can
// be again, the room is saved.
func TestFullDisk(t *testing.T) {
	ws := checkout(t)
	require.NoError(t, os.WriteFile(filepath.Join(ws.Root, ".workshop"), nil, 0o600)) // no folder can be there
	var mu sync.Mutex
	var said []string
	r := open(t, Options{Workspace: ws, Tell: func(text string) {
		mu.Lock()
		defer mu.Unlock()
		said = append(said, text)
	}})
	for range 3 {
		require.Error(t, r.save())
	}
	p := crowd.NewParticipant("Ada")
	status, _ := sendMetrics(t, p, r, p.Push(checkA, nil))
	require.Equal(t, 200, status)
	mu.Lock()
	require.Len(t, said, 1)
	require.Contains(t, said[0], "save the room")
	mu.Unlock()
	require.NoError(t, os.Remove(filepath.Join(ws.Root, ".workshop")))
	require.NoError(t, r.save())
	require.FileExists(t, ws.StateFile(savedFile))
}
