package launch

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
)

// Database returns the program that is the embedded database, of the sources of
// root as they are. It builds that first when need be, or waits for whoever is
// building it: it tells so, in a few words, unless tell is nil.
func Database(ctx context.Context, root string, tell func(line string)) (binary string, err error) {
	root, name, err := database.find(root)
	if err != nil {
		return "", err
	}
	folders := folders(root)
	if binary, ok := built(folders, name); ok {
		return binary, nil
	}
	if tell != nil {
		tell("building the database, once: half a minute at most")
	}
	return launcher{stderr: io.Discard}.build(ctx, database, root, name, folders)
}

// DatabaseArgs returns the arguments of the go command that builds the database
// into a file, as [Database] does: then that finds all of it in the build cache.
func DatabaseArgs(binary string) []string { return database.buildArgs(binary) }

// HasDatabase reports whether [Database] would return at once.
func HasDatabase(root string) bool {
	root, name, err := database.find(root)
	if err != nil {
		return false
	}
	_, ok := built(folders(root), name)
	return ok
}

// find returns the absolute path of root, and the name of the program that is
// built from its sources.
func (p program) find(root string) (path, name string, err error) {
	if path, err = filepath.Abs(root); err == nil {
		name, err = p.binaryName(path)
	}
	if err != nil {
		return "", "", problem{fmt.Errorf("look at the workshop's sources: %w", err), "Let git status show what is missing, and git restore . bring it back."}
	}
	return path, name, nil
}

// built returns the file of that name in the first folder that has it.
func built(folders []folder, name string) (binary string, ok bool) {
	for _, dir := range folders {
		if binary = dir.file(name); isFile(binary) {
			return binary, true
		}
	}
	return "", false
}
