package variant

import (
	"regexp"
	"strconv"
	"strings"
)

var hunkHeader = regexp.MustCompile(`^@@ -[0-9]+(?:,([0-9]+))? \+[0-9]+(?:,([0-9]+))? @@`)

// leftover returns the first line of a diff, counted from 1, that no header
// and no hunk accounts for, or 0. Parsers skip such lines, and with them what
// an author added to a hunk without correcting its counts.
func leftover(diff string) (line int, text string) {
	old, new := 0, 0 // lines that the current hunk still owes
	header := false  // within the lines of a git header
	blank := false   // after an empty line, where only a new file may follow
	expect := ""     // how the next line must begin
	for l := range strings.Lines(diff) {
		line++
		l = strings.TrimSuffix(l, "\n")
		if expect != "" && !strings.HasPrefix(l, expect) {
			return line, l
		}
		expect = ""
		switch {
		case strings.HasPrefix(l, `\ `): // No newline at end of file
		case old > 0 || new > 0:
			if !strings.HasPrefix(l, "+") {
				old--
			}
			if !strings.HasPrefix(l, "-") {
				new--
			}
		case hunkHeader.MatchString(l) && !blank:
			old, new = counts(l)
			header = false
		case l == "":
			blank = true
		case strings.HasPrefix(l, "diff --git "):
			header, blank = true, false
		case strings.HasPrefix(l, "diff "):
			header, blank, expect = true, false, "--- "
		case strings.HasPrefix(l, "--- "):
			header, blank, expect = true, false, "+++ "
		case header && strings.HasPrefix(l, "+++ "):
			expect = "@@ -"
		case header && !strings.HasPrefix(l, "@@"):
		default:
			return line, l
		}
	}
	if expect != "" {
		return line + 1, ""
	}
	return 0, ""
}

// counts reads the counts of "@@ -1,7 +1,6 @@"; one that is left out is 1.
func counts(hunk string) (old, new int) {
	m := hunkHeader.FindStringSubmatch(hunk)
	count := func(digits string) int {
		if n, err := strconv.Atoi(digits); err == nil {
			return n
		}
		return 1
	}
	return count(m[1]), count(m[2])
}
