package watch

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestRealSaves watches real files with the system's events alone: the safety
// net is out of reach.
func TestRealSaves(t *testing.T) {
	type folder struct {
		path string
		t    *testing.T
	}
	file := func(f folder, name string) string { return filepath.Join(f.path, filepath.FromSlash(name)) }
	write := func(f folder, name, content string) {
		require.NoError(f.t, os.WriteFile(file(f, name), []byte(content), 0o644))
	}
	rename := func(f folder, from, to string) { require.NoError(f.t, os.Rename(file(f, from), file(f, to))) }
	mkdir := func(f folder, name string) { require.NoError(f.t, os.MkdirAll(file(f, name), 0o755)) }

	tests := map[string][]func(f folder){
		"in place": {
			func(f folder) { write(f, "a.go", "two") },
			func(f folder) { write(f, "a.go", "three") },
		},
		"in a sub folder": {func(f folder) { write(f, "sub/b.go", "two") }},
		"atomic rename": {
			func(f folder) { write(f, "a.go.tmp", "two"); rename(f, "a.go.tmp", "a.go") },
			func(f folder) { write(f, "a.go.tmp", "three"); rename(f, "a.go.tmp", "a.go") },
		},
		"vim": {
			func(f folder) {
				write(f, "4913", "")
				require.NoError(f.t, os.Remove(file(f, "4913")))
				rename(f, "a.go", "a.go~")
				write(f, "a.go", "two")
				require.NoError(f.t, os.Remove(file(f, "a.go~")))
			},
			func(f folder) { rename(f, "a.go", "a.go~"); write(f, "a.go", "three") },
		},
		"new, renamed, removed": {
			func(f folder) { write(f, "c.go", "one") },
			func(f folder) { rename(f, "c.go", "d.go") },
			func(f folder) { require.NoError(f.t, os.Remove(file(f, "d.go"))) },
		},
		"new sub folder": {
			func(f folder) { mkdir(f, "new/deep"); write(f, "new/deep/c.go", "one") },
			func(f folder) { write(f, "new/deep/c.go", "two") },
			func(f folder) { require.NoError(f.t, os.RemoveAll(file(f, "new"))) },
			func(f folder) { mkdir(f, "new/deep"); write(f, "new/deep/c.go", "three") },
			func(f folder) { write(f, "new/deep/c.go", "four") },
		},
		"renamed sub folder": {
			func(f folder) { rename(f, "sub", "bus") },
			func(f folder) { write(f, "bus/b.go", "two") },
			func(f folder) { mkdir(f, "sub"); write(f, "sub/b.go", "three") },
			func(f folder) { write(f, "sub/b.go", "four") },
		},
	}
	for name, saves := range tests {
		t.Run(name, func(t *testing.T) {
			f := folder{t.TempDir(), t}
			mkdir(f, "sub")
			write(f, "a.go", "one")
			write(f, "sub/b.go", "one")
			w, err := start(t.Context(), func() (*source, error) {
				s, err := openSource()
				if err == nil {
					s.every = time.Hour
				}
				return s, err
			}, f.path)
			require.NoError(t, err)
			require.Empty(t, w.Notice())
			for i, save := range saves {
				save(f)
				// Several looks may see several states; the last one counts.
				for want := sumNow(t, f.path); ; {
					select {
					case <-w.Changes():
					case <-time.After(10 * time.Second):
						t.Fatalf("save %d was not noticed", i)
					}
					if sumNow(t, f.path) == want {
						break
					}
				}
			}
		})
	}
}

func sumNow(t *testing.T, folder string) sum {
	files, err := newTree([]string{folder})
	require.NoError(t, err)
	return files.look(nil)
}

func TestStartWantsFolders(t *testing.T) {
	_, err := Start(t.Context(), filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "watch ")
}

// TestStorm saves without a pause and requires that the last save is seen.
func TestStorm(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a.go")
	require.NoError(t, os.WriteFile(path, nil, 0o644))
	w, err := Start(t.Context(), folder)
	require.NoError(t, err)
	for i := range 500 {
		require.NoError(t, os.WriteFile(path+".tmp", []byte{byte(i), byte(i >> 8)}, 0o644))
		require.NoError(t, os.Rename(path+".tmp", path))
	}
	require.NoError(t, os.WriteFile(path, []byte("last"), 0o644))
	for {
		select {
		case <-w.Changes():
			// Reading after a change may only be outdated by a later change.
			if content, err := os.ReadFile(path); err == nil && string(content) == "last" {
				return
			}
		case <-time.After(10 * time.Second):
			t.Fatal("the last save was not noticed")
		}
	}
}
