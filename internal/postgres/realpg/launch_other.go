//go:build !unix

package realpg

import (
	"fmt"
	"io"
)

func launch(string, string, string) (io.Closer, string, error) {
	return nil, "", fmt.Errorf("only on Unix can the tests start one; here %w", errNone)
}
