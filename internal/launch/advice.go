package launch

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

const noPlace = "Make room on the disk, or clone the workshop into a folder that you may write into."

// advices are words of the go command, and what to do when it says them. The
// first that fits is given.
var advices = []struct {
	words []string
	do    string
}{
	{[]string{"no space left on device", "not enough space on the disk", "disk quota exceeded"},
		"The disk is full: make room in this folder and in what go env GOCACHE GOMODCACHE prints, and start again."},
	{[]string{"requires go >=", "toolchain not available", "invalid go version"},
		"This Go is too old: install 1.26 or newer, https://go.dev/dl, and start again."},
	{[]string{"parsing $GOFLAGS", "go: parsing GOFLAGS", "flag provided but not defined", "inconsistent vendoring"}, unsetFlags},
	{[]string{"checksum mismatch", "missing go.sum entry", "updates to go.mod needed", "errors parsing go.mod"},
		"Let git restore go.mod go.sum bring both files back. If git calls them unchanged, go clean -modcache removes what was downloaded wrong."},
	{[]string{"module lookup disabled", "dial tcp", "no such host", "i/o timeout", "TLS handshake", "connection refused", "server misbehaving", "proxyconnect", "unexpected EOF", "network is unreachable"},
		"The modules can't be downloaded: go online, and start again. INSTRUCTOR.md says how to carry them into a room without network."},
	{[]string{"permission denied", "Access is denied", "read-only file system"},
		"Make the folder that is named above yours, or name another one: go env -w GOCACHE=FOLDER GOMODCACHE=FOLDER."},
}

const (
	unsetFlags = "GOFLAGS has something that this build can't bear: go env -u GOFLAGS, and unset it in your shell, then start again."
	restore    = "It is not what you edit in steps/ that fails here: let git status show what was changed in internal/, and git restore internal bring it back."
	install    = "There is no go command: install Go 1.26 or newer, https://go.dev/dl, and open a new terminal."
)

// failure is a build that failed: what the go command said, and what to do.
func failure(p program, words string, err error) error {
	words = strings.TrimSpace(words)
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return problem{errors.New(p.is + " could not be built"), install}
	case words == "":
		words = err.Error()
	}
	said := "\n\n  " + strings.Join(beginning(words), "\n  ") + "\n"
	return problem{fmt.Errorf("%s could not be built; the go command says%s", p.is, said), adviceFor(words, os.Getenv("GOFLAGS"))}
}

// beginning returns the first lines of words: without a network, there is one
// for each import of the workshop.
func beginning(words string) []string {
	const most = 12
	lines := strings.Split(words, "\n")
	if n := len(lines) - most; n > 0 {
		lines = append(lines[:most], fmt.Sprintf("… and %d lines more", n))
	}
	return lines
}

func adviceFor(words, flags string) string {
	for _, a := range advices {
		for _, w := range a.words {
			if strings.Contains(words, w) {
				return a.do
			}
		}
	}
	if flags != "" && flags != "-buildvcs=false" {
		return unsetFlags + "\n" + restore
	}
	return restore
}
