package web

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// A qrView is a QR code as one path of squares of one unit.
type qrView struct {
	Size int // units, the margin included
	Path string
}

// margin is the light frame without which readers do not find a code: four of
// its units (ISO/IEC 18004).
const margin = 4

// drawQR returns the code of a text, or nil where that is too long for one.
func drawQR(text string) *qrView {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil
	}
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for code.Black(x, y) {
				x++ // outside of the code nothing is black
			}
			if n := x - from; n > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+margin, y+margin, n, n)
			}
		}
	}
	return &qrView{code.Size + 2*margin, b.String()}
}
