package waterfall

import (
	"math"
	"strings"
)

// leftBlocks[n] fills n eighths of a column, from the left.
var leftBlocks = []string{" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"}

// bar draws a span on a line of the given columns, in eighths of a column. The
// shortest span is still one thin mark. It returns the empty columns before
// the bar, and the bar.
func bar(offset, width float64, columns int, ascii bool) (before int, blocks string) {
	whole := columns * 8
	from := int(math.Round(offset * float64(whole)))
	to := int(math.Round((offset + width) * float64(whole)))
	from = min(max(from, 0), whole-1)
	to = min(max(to, from+1), whole)

	if ascii && to-from <= 4 {
		return from / 8, "|"
	}
	var b strings.Builder
	for column := from / 8; column*8 < to; column++ {
		if ascii {
			b.WriteByte('=')
			continue
		}
		b.WriteString(block(max(from-column*8, 0), min(to-column*8, 8)))
	}
	return from / 8, b.String()
}

// block draws the eighths from (0 to 7) to (1 to 8) of one column. Unicode can
// start a block anywhere only at the left edge, at the middle and, for one
// eighth, at the right, so the nearest of these is taken.
func block(from, to int) string {
	size := to - from
	switch {
	case from == 0, to < 8 && from+to < 8:
		return leftBlocks[size]
	case to == 8 && size >= 6:
		return "█"
	case size >= 3:
		return "▐"
	}
	return "▕"
}
