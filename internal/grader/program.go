package grader

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"otel.workshop/internal/variant"
)

// beside is the file of a package checker/STEP/shop that the learner's program
// replaces.
const beside = "beside.go"

// programBeside returns the replacements that lay the step's own program, its
// folder shop, over the package checker/STEP/shop: the check binary can then
// run as that program. files are the step's, as [variant.Step] has them. There
// are none for a step without such a package, nor for a program that can't be
// a package elsewhere: one with embedded files, or with packages of its own
// that are internal. The checks then build it as a program.
func programBeside(root, step string, files variant.Files) (map[string][]byte, error) {
	if !hasPlace(root, step) {
		return nil, nil
	}
	dir := programDir(step)
	replace := make(map[string][]byte)
	for name, data := range files {
		if !isProgram(name) {
			continue
		}
		base := path.Base(name)
		real, err := filepath.Abs(filepath.Join(root, "steps", step, "shop", base))
		if err != nil {
			return nil, fmt.Errorf("find the program's files: %w", err)
		}
		moved, ok := asPackage(data, real)
		if !ok {
			return nil, nil
		}
		replace[path.Join(dir, base)] = moved
	}
	if len(replace) == 0 {
		return nil, nil
	}
	replace[path.Join(dir, beside)] = []byte("package shop\n\nvar Laid = main\n")
	return replace, nil
}

// isProgram reports whether a step's file is one of its program.
func isProgram(name string) bool { return path.Dir(name) == "shop" }

// programOf returns those of a step's files that are its program.
func programOf(files variant.Files) variant.Files {
	program := make(variant.Files)
	for name, data := range files {
		if isProgram(name) {
			program[name] = data
		}
	}
	return program
}

// programDir is the package that the program of a step is laid over.
func programDir(step string) string { return path.Join("checker", step, "shop") }

// hasPlace reports whether the checks of a step have a package for its program.
func hasPlace(root, step string) bool {
	_, err := os.Stat(filepath.Join(root, filepath.FromSlash(programDir(step)), beside))
	return err == nil
}

// asPackage returns a file of package main as one of package shop, whose
// places are still those in the file name. ok is false when that can't be.
func asPackage(data []byte, name string) (moved []byte, ok bool) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, data, parser.ImportsOnly|parser.ParseComments)
	if err != nil || file.Name.Name != "main" || strings.Contains(string(data), "\n//go:embed ") {
		return nil, false
	}
	for _, spec := range file.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err != nil || p == "C" ||
			strings.HasPrefix(p, variant.Module+"/steps/") && strings.Contains(p+"/", "/internal/") {
			return nil, false
		}
	}
	at := fset.Position(file.Name.Pos()).Offset
	moved = fmt.Appendf(nil, "//line %s:1\n%s", filepath.ToSlash(name), data[:at])
	return append(append(moved, "shop"...), data[at+len("main"):]...), true
}
