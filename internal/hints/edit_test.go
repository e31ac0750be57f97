package hints

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/variant"
)

// An edit is what somebody does to a file who follows hint 3 of a check.
type edit struct {
	file string
	from string // a piece that is in the file once; "" for its end
	to   string // what takes its place: @1 is the first block of Go in the hint, @2 the second
}

// follow applies a check's edits to files, and returns what has become of them,
// as an editor leaves it: formatted, with the imports that it needs.
func follow(c lesson.Check, files variant.Files, packages map[string]string) (variant.Files, error) {
	blocks := goBlocks(c.Hints[len(c.Hints)-1])
	files = maps.Clone(files)
	for _, e := range edits[c.FullID()] {
		text := string(files[e.file])
		to := block.ReplaceAllStringFunc(e.to, func(n string) string {
			i, _ := strconv.Atoi(n[1:]) // digits, or block would not match
			return blocks[i-1]
		})
		from := regexp.MustCompile(blanks.ReplaceAllString(regexp.QuoteMeta(e.from), `[ \t]+`)) // gofmt aligns
		switch found := from.FindAllStringIndex(text, -1); {
		case e.from == "":
			text += "\n" + to
		case len(found) != 1:
			return nil, fmt.Errorf("%s: %s has %d times\n%s", c.FullID(), e.file, len(found), e.from)
		default:
			text = text[:found[0][0]] + to + text[found[0][1]:]
		}
		files[e.file] = []byte(text)
	}
	for name, src := range files {
		var err error
		if files[name], err = withImports(src, packages); err != nil {
			return nil, fmt.Errorf("%s: %s: %w\n%s", c.FullID(), name, err, src)
		}
	}
	for i, b := range blocks {
		if !slices.ContainsFunc(slices.Collect(maps.Values(files)), func(src []byte) bool { return strings.Contains(words(string(src)), words(b)) }) {
			return nil, fmt.Errorf("%s: block %d of hint 3 has not been put anywhere\n%s", c.FullID(), i+1, b)
		}
	}
	return files, nil
}

var (
	blanks  = regexp.MustCompile(`[ \t]+`)
	block   = regexp.MustCompile(`@[1-9]`)
	goBlock = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")
)

func goBlocks(markdown string) (blocks []string) {
	for _, m := range goBlock.FindAllStringSubmatch(markdown, -1) {
		blocks = append(blocks, m[1])
	}
	return blocks
}

// words returns code without its indentation and alignment.
func words(code string) string { return strings.Join(strings.Fields(code), " ") }

// withImports returns a file that imports what it uses, of the packages that it
// may use, and nothing else. Packages that are imported for their effect stay.
func withImports(src []byte, packages map[string]string) ([]byte, error) {
	src, err := format.Source(src)
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	var std, others []string
	add := func(spec, importPath string) {
		if strings.Contains(importPath, ".") {
			others = append(others, "\t"+spec+"\n")
		} else {
			std = append(std, "\t"+spec+"\n")
		}
	}
	for _, spec := range f.Imports {
		if spec.Name != nil && spec.Name.Name == "_" {
			others = append(others, "\t_ "+spec.Path.Value+"\n")
		}
	}
	used := make(map[string]bool)
	for _, id := range f.Unresolved {
		used[id.Name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		importPath, ok := packages[name]
		if !ok {
			continue
		}
		spec := strconv.Quote(importPath)
		if name != path.Base(importPath) {
			spec = name + " " + spec
		}
		add(spec, importPath)
	}
	out := []byte{}
	done := 0
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			out = append(out, src[done:fset.Position(g.Pos()).Offset]...)
			done = fset.Position(g.End()).Offset
			if len(std)+len(others) > 0 {
				out = append(out, "import (\n"+strings.Join(std, "")+"\n"+strings.Join(others, "")+")"...)
				std, others = nil, nil
			}
		}
	}
	return format.Source(append(out, src[done:]...))
}

// packagesOf returns the packages that any of the files imports, by the name
// that they go by there.
func packagesOf(versions ...variant.Files) map[string]string {
	packages := make(map[string]string)
	for _, files := range versions {
		for _, src := range files {
			f, err := parser.ParseFile(token.NewFileSet(), "", src, parser.ImportsOnly)
			if err != nil {
				continue // what does not parse does not build: the grader says so
			}
			for _, spec := range f.Imports {
				importPath, _ := strconv.Unquote(spec.Path.Value) // the parser has done so
				name := path.Base(importPath)
				if spec.Name != nil {
					name = spec.Name.Name
				}
				if name != "_" {
					packages[name] = importPath
				}
			}
		}
	}
	return packages
}
