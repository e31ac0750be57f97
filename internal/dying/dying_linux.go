package dying

import (
	"bytes"
	"fmt"
	"os"
	"slices"
)

// Process reports whether the process has ended, and the kernel has not yet
// cleared it away.
func Process(pid int) bool {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	// The state stands behind the name, which may hold anything.
	state := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	return len(state) > 0 && slices.Contains([]string{"Z", "X"}, string(state[0]))
}
