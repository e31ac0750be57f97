package variant

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// MapBack returns what the go command printed with the paths of an overlay's
// backing files, as [WriteOverlay] made them, replaced by those of the files
// that they stand for: relative to the module's root, with slashes. Without a
// readable overlay the text comes back as it is.
func MapBack(jsonPath, text string) string {
	data, err := os.ReadFile(jsonPath)
	if err != nil {
		return text
	}
	var o overlay
	if err := json.Unmarshal(data, &o); err != nil {
		return text
	}
	for real, backing := range o.Replace {
		if backing == "" {
			continue
		}
		if rel, err := filepath.Rel(o.Root, real); err == nil {
			real = filepath.ToSlash(rel)
		}
		text = mapFile(text, backing, real)
	}
	return text
}

// mapFile replaces every path that ends in the backing file's name, which is a
// hash and so unmistakable. The compiler prints it absolute, or relative to a
// working folder that is not known here: then it is some "../" and the end of
// the backing file's folder, down to nothing.
func mapFile(text, backing, real string) string {
	dir, base := filepath.Split(backing)
	var out strings.Builder
	for {
		at := strings.Index(text, base)
		if at < 0 {
			out.WriteString(text)
			return out.String()
		}
		before := trimDots(trimDir(text[:at], filepath.ToSlash(dir)))
		out.WriteString(before)
		out.WriteString(real)
		text = text[at+len(base):]
	}
}

// trimDir removes from the end of text the longest end of dir, in whole path
// elements, whichever way its slashes lean.
func trimDir(text, dir string) string {
	slashed := strings.ReplaceAll(text, `\`, "/")
	for rest := dir; rest != ""; {
		// In "../../tmp/x/" the slash before tmp belongs to the dots.
		if before, found := strings.CutSuffix(slashed, rest); found && !(rest[0] == '/' && strings.HasSuffix(before, "..")) {
			return text[:len(before)]
		}
		_, after, found := strings.Cut(rest, "/")
		if !found {
			break
		}
		rest = after
	}
	return text
}

// trimDots removes "./" and "../" elements from the end of text.
func trimDots(text string) string {
	for {
		before, found := cutDots(text)
		if !found {
			return text
		}
		text = before
	}
}

func cutDots(text string) (before string, found bool) {
	for _, dots := range []string{"../", `..\`, "./", `.\`} {
		if before, found := strings.CutSuffix(text, dots); found {
			return before, true
		}
	}
	return text, false
}
