package doctor

import (
	"archive/zip"
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

const helloMod = "module example.com/hello\n\ngo 1.26\n"

// helloSums is what go mod tidy writes for the module of makeModuleCache.
const helloSums = `example.com/hello v1.0.0 h1:qAOEVotkSbEkFpC3J6zl7CReFXR+pf32YGPAK3a3Mcg=
example.com/hello v1.0.0/go.mod h1:QETgGMDpRlQC5KY4+KbORWjSZvaVRkUtwgfXUuqqIIM=
`

// makeModuleCache makes the folder cache/download of a module cache that holds
// example.com/hello, and returns its path.
func makeModuleCache(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	for name, text := range map[string]string{"go.mod": helloMod, "hello.go": "package hello\n"} {
		w, err := z.Create("example.com/hello@v1.0.0/" + name)
		require.NoError(t, err)
		_, err = w.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	const at = "example.com/hello/@v/"
	write(t, dir, at+"list", "v1.0.0\n")
	write(t, dir, at+"v1.0.0.info", `{"Version":"v1.0.0"}`)
	write(t, dir, at+"v1.0.0.mod", helloMod)
	write(t, dir, at+"v1.0.0.zip", archive.String())
	return dir
}
