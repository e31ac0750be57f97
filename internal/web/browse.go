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
	var cmd *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		cmd = exec.Command("open", url)
	case "windows":
		cmd = exec.Command("rundll32", "url.dll,FileProtocolHandler", url)
	default:
		cmd = exec.Command("xdg-open", url)
		if browser, err := exec.LookPath(os.Getenv("BROWSER")); err == nil {
			cmd = exec.Command(browser, url)
		}
	}
	if err := cmd.Start(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return fmt.Errorf("there is no %s here", cmd.Path)
		}
		return err
	}
	go func() { _ = cmd.Wait() }() // it says what it has to say itself
	return nil
}
