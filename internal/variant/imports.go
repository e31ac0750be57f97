package variant

import (
	"go/parser"
	"go/token"
	"strconv"
	"strings"
)

// Module is the import path of the workshop's module.
const Module = "otel.workshop"

// AsStep returns the files as they stand in steps/STEP: an import of
// solutions/STEP, or of a package below it, becomes one of steps/STEP. Nothing
// else changes; imports of earlier solutions stay.
func AsStep(step string, files Files) Files {
	return Reimport(files, Module+"/solutions/"+step, Module+"/steps/"+step)
}

// AsSolution returns the files as they would stand in solutions/STEP. It is
// the reverse of [AsStep].
func AsSolution(step string, files Files) Files {
	return Reimport(files, Module+"/steps/"+step, Module+"/solutions/"+step)
}

// Reimport returns the files with each import of the package from, or of one
// below it, as one of the package to.
func Reimport(files Files, from, to string) Files {
	out := make(Files, len(files))
	for key, data := range files {
		out[key] = reimportFile(data, from, to)
	}
	return out
}

func reimportFile(data []byte, from, to string) []byte {
	// A learner's file may be half written: what was parsed of its imports is
	// enough, and what was not is left to the compiler to complain about.
	file, _ := parser.ParseFile(token.NewFileSet(), "", data, parser.ImportsOnly|parser.SkipObjectResolution)
	if file == nil {
		return data
	}
	out, done := []byte{}, 0
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil || imported != from && !strings.HasPrefix(imported, from+"/") {
			continue
		}
		// With a file set of its own, a file's positions are its offsets
		// plus its base.
		start := int(spec.Path.Pos() - file.FileStart)
		out = append(out, data[done:start]...)
		out = strconv.AppendQuote(out, to+strings.TrimPrefix(imported, from))
		done = start + len(spec.Path.Value)
	}
	return append(out, data[done:]...)
}
