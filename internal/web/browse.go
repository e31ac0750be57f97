package web

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
)

// Browse opens an address in the browser of whoever sits here, and does not wait
// for it. In a codespace or a container, BROWSER is a program that asks the editor
// to open one.
func Browse(url string) error {
	args := opener(url, runtime.GOOS, os.Getenv("BROWSER"))
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

// opener is the command that opens an address on a system of that name, with the
// browser that the environment names, if it is a program.
func opener(url, goos, browser string) []string {
	switch goos {
	case "darwin":
		return []string{"open", url}
	case "windows": // start would take & for the end of the command
		return []string{"rundll32", "url.dll,FileProtocolHandler", url}
	}
	if _, err := exec.LookPath(browser); err == nil {
		return []string{browser, url}
	}
	return []string{"xdg-open", url}
}
