package command

import (
	"strings"

	"rsc.io/qr"
)

// frame is the light margin around a code, in its units. Four are the standard's;
// readers do with two, and a terminal is small.
const frame = 2

// roomCode draws the QR code of an address for a terminal: "" where it would not
// fit, or nobody could scan it.
func (w *workshop) roomCode(address string) string {
	if !w.onTerminal() {
		return ""
	}
	code, err := qr.Encode(address, qr.L)
	if err != nil || code.Size+2*frame > w.terminalWidth() {
		return ""
	}
	return drawCode(code, w.look().Color)
}

// drawCode draws two units in each character, the light ones as blocks: on a dark
// terminal that is dark on light, as readers want it. With color it is so on every
// terminal.
func drawCode(code *qr.Code, color bool) string {
	light := func(x, y int) bool { return !code.Black(x, y) } // outside of the code nothing is black
	var b strings.Builder
	for y := -frame; y < code.Size+frame; y += 2 {
		if color {
			b.WriteString("\x1b[38;5;231;48;5;16m")
		}
		for x := -frame; x < code.Size+frame; x++ {
			switch top, bottom := light(x, y), y+1 < code.Size+frame && light(x, y+1); {
			case top && bottom:
				b.WriteString("█")
			case top:
				b.WriteString("▀")
			case bottom:
				b.WriteString("▄")
			default:
				b.WriteString(" ")
			}
		}
		if color {
			b.WriteString("\x1b[0m")
		}
		b.WriteString("\n")
	}
	return b.String()
}
