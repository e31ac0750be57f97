package web

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
)

// Browse opens an address in this machine's browser. It does not wait for it.
func Browse(url string) error {
	args := opener(url, runtime.GOOS)
	cmd := exec.Command(args[0], args[1:]...)
	if err := cmd.Start(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return fmt.Errorf("there is no %s here", cmd.Path)
		}
		return err
	}
	go func() { _ = cmd.Wait() }() // it says what it has to say itself
	return nil
}

// opener is the command that opens an address on a system of that name.
func opener(url, goos string) []string {
	switch goos {
	case "darwin":
		return []string{"open", url}
	case "windows": // start would take & for the end of the command
		return []string{"rundll32", "url.dll,FileProtocolHandler", url}
	}
	return []string{"xdg-open", url}
}
