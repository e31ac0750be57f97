// Package scratch makes folders for what is built and thrown away.
package scratch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
)

// Dir makes a new folder whose name begins with prefix, where the system keeps
// what is temporary. The error says what it was for, and what to do.
func Dir(prefix, purpose string) (string, error) {
	dir, err := os.MkdirTemp("", prefix)
	if err != nil {
		return "", fmt.Errorf("make a folder for %s: %w (%s)", purpose, err, advice(err, runtime.GOOS))
	}
	return dir, nil
}

// advice says what to do on a system of that name.
func advice(err error, goos string) string {
	variable := "TMPDIR"
	if goos == "windows" {
		variable = "TMP"
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no folder " + os.TempDir() + ": make it, or set " + variable + " to one that is there"
	case errors.Is(err, fs.ErrPermission):
		return "set " + variable + " to a folder that you may write into"
	}
	return "is there space on the disk?"
}
