package grader

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/variant"
)

// A program becomes a package beside the checks, and its places stay its own.
func TestProgramBeside(t *testing.T) {
	root := t.TempDir()
	files := variant.Files{
		"server.go":         []byte("package victim\n"),
		"shop/main.go":      []byte("// Command shop serves.\npackage main\n\nimport _ \"otel.workshop/steps/01-victim\"\n\nfunc main() {}\n"),
		"shop/flags.go":     []byte("//go:build !plan9\n\npackage main\n"),
		"shop/env/value.go": []byte("package env\n"),
	}
	replace, err := programBeside(root, "01-victim", files)
	require.NoError(t, err)
	require.Empty(t, replace, "the checks have no place for it")

	place := filepath.Join(root, "checker", "01-victim", "shop")
	require.NoError(t, os.MkdirAll(place, 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(place, beside), []byte("package shop\n\nvar Laid func()\n"), 0o666))
	replace, err = programBeside(root, "01-victim", files)
	require.NoError(t, err)
	require.Len(t, replace, 3)
	const dir = "checker/01-victim/shop/"
	shop := filepath.ToSlash(filepath.Join(root, "steps", "01-victim", "shop"))
	require.Equal(t, "//line "+shop+"/main.go:1\n// Command shop serves.\npackage shop\n\nimport _ \"otel.workshop/steps/01-victim\"\n\nfunc main() {}\n", string(replace[dir+"main.go"]))
	require.Equal(t, "//line "+shop+"/flags.go:1\n//go:build !plan9\n\npackage shop\n", string(replace[dir+"flags.go"]))
	require.Contains(t, string(replace[dir+beside]), "= main")

	for name, program := range map[string]string{
		"half written":        "package mai",
		"no program":          "package shop\n",
		"with embedded files": "package main\n\nimport _ \"embed\"\n\n//go:embed orders.sql\nvar orders string\n",
		"with internals":      "package main\n\nimport _ \"otel.workshop/steps/01-victim/internal/env\"\n",
		"with C":              "package main\n\nimport \"C\"\n",
	} {
		files["shop/main.go"] = []byte(program)
		replace, err = programBeside(root, "01-victim", files)
		require.NoError(t, err)
		require.Empty(t, replace, name)
	}
}
