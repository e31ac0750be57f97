package pack

import (
	"archive/zip"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWrite(t *testing.T) {
	dir, file := t.TempDir(), filepath.Join(t.TempDir(), "modules.zip")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "example.com", "!a", "@v"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "example.com", "!a", "@v", "v1.0.0.mod"), []byte("module example.com/A\n"), 0o666))
	var told []int64
	names := []string{"example.com/!a/@v/v1.0.0.mod"}
	require.NoError(t, Write(t.Context(), file, dir, names, func(n int, size int64) { told = append(told, int64(n), size) }))
	require.Equal(t, []int64{1, 21}, told)

	z, err := zip.OpenReader(file)
	require.NoError(t, err)
	defer func() { require.NoError(t, z.Close()) }()
	f, err := z.Open(names[0])
	require.NoError(t, err)
	text, err := io.ReadAll(f)
	require.NoError(t, err)
	require.Equal(t, "module example.com/A\n", string(text))

	require.ErrorContains(t, Write(t.Context(), file, dir, names, nil), "modules.zip exists: delete it")
	require.FileExists(t, file, "somebody else's file stays")
	require.ErrorContains(t, Write(t.Context(), filepath.Join(dir, "none", "x.zip"), dir, names, nil), "there is no folder "+filepath.Join(dir, "none"))
}

func TestNothingIsLeftOfAPackThatFailed(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "modules.zip")
	err := Write(t.Context(), file, dir, []string{"none.mod"}, nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoFileExists(t, file)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, Write(ctx, file, dir, []string{"none.mod"}, nil), context.Canceled)
	require.NoFileExists(t, file)
}

func TestUnpackRefuses(t *testing.T) {
	root := t.TempDir()
	half := filepath.Join(root, "half.zip")
	require.NoError(t, os.WriteFile(half, []byte("PK\x03\x04 and no end"), 0o666))
	require.ErrorContains(t, Unpack(t.Context(), half, root), "half.zip is no pack, or only a part of one: copy it anew")
	require.ErrorIs(t, Unpack(t.Context(), filepath.Join(root, "none.zip"), root), os.ErrNotExist)

	empty := filepath.Join(root, "empty.zip")
	require.NoError(t, Write(t.Context(), empty, root, nil, nil))
	require.ErrorContains(t, Unpack(t.Context(), empty, root), "start this in the workshop's folder")
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), []byte("module otel.workshop\n\ngo 1.26\n\nrequire example.com/hello v1.0.0\n"), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.sum"), nil, 0o666))
	t.Setenv("GOMODCACHE", t.TempDir())
	err := Unpack(t.Context(), empty, root)
	require.ErrorContains(t, err, "example.com/hello@v1.0.0: reading "+empty)
	require.ErrorContains(t, err, "was the pack made from this version of the workshop?")
}

// A path is written for GOPROXY with the slashes of filepath.ToSlash.
func TestFileURL(t *testing.T) {
	for path, want := range map[string]string{
		"/tmp/x":                       "file:///tmp/x",
		"C:/Users/Jörg Müller/AppData": "file:///C:/Users/J%C3%B6rg%20M%C3%BCller/AppData",
		"/tmp/one,two|three":           "file:///tmp/one%2Ctwo%7Cthree",
		"/tmp/100%":                    "file:///tmp/100%25",
	} {
		require.Equal(t, want, fileURL(path))
	}
}
