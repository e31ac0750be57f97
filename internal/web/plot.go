package web

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A plot is drawn here, as SVG, and not by a library in the browser: what there
// is to draw is a few lines, and Go has the numbers already. So a plot needs no
// script, is there at the first paint, is tested as text, and scales by
// percentages across while its height stays.
type plotView struct {
	Label  string // what it shows, in a sentence with the latest numbers
	Height int    // px
	Bottom int    // where the area for lines ends
	Grid   []gridLine
	Band   *bandView
	Lines  []lineView
	Dots   []dotView
	Ticks  []tick
}

type (
	gridLine struct {
		Y     string
		Label string
		Faint bool // a bucket's bound
	}
	bandView struct{ Y, Height string }
	lineView struct {
		Class  string
		Points string // in a box 1000 wide, as high as the area
		LastX  string // the latest point
		LastY  string
	}
	dotView struct{ X, Y, URL, Title string }
)

const (
	plotTop    = 12
	plotBottom = 124 // of the area for lines
	plotHeight = 148
)

// A scale turns numbers into places.
type scale struct {
	from, to  time.Time
	low, high float64
	log       bool
}

// newScale is as long as the times need, and at least a minute.
func newScale(from, to time.Time) scale {
	if to.Sub(from) < time.Minute {
		from = to.Add(-time.Minute)
	}
	return scale{from: from, to: to}
}

// x is where a time is, from 0 to 1.
func (s scale) x(t time.Time) float64 {
	return max(0, min(1, float64(t.Sub(s.from))/float64(s.to.Sub(s.from))))
}

// y is where a value is, in px from the top.
func (s scale) y(v float64) float64 {
	low, high := s.low, s.high
	if s.log {
		v, low, high = math.Log10(max(v, s.low)), math.Log10(s.low), math.Log10(s.high)
	}
	share := 0.0
	if high > low {
		share = (v - low) / (high - low)
	}
	return plotBottom - max(0, min(1, share))*(plotBottom-plotTop)
}

// linear makes room for values from 0 to the largest.
func (s scale) linear(largest float64) scale {
	s.low, s.high = 0, nice(largest)
	return s
}

// decades makes room for values of all sizes between two.
func (s scale) decades(smallest, largest float64) scale {
	if smallest <= 0 || math.IsInf(smallest, 0) || math.IsNaN(smallest) {
		smallest = 1e-4
	}
	largest = max(largest, smallest)
	s.log = true
	s.low = math.Pow(10, math.Floor(math.Log10(smallest)))
	s.high = math.Pow(10, math.Ceil(math.Log10(largest)))
	if s.high <= s.low {
		s.high = s.low * 10
	}
	return s
}

// nice is the next number of 1, 2 or 5 times a power of ten.
func nice(v float64) float64 {
	if v <= 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, n := range []float64{1, 2, 5} {
		if v <= n*power*(1+1e-9) {
			return n * power
		}
	}
	return 10 * power
}

// grid marks the values that the axis names.
func (s scale) grid(label func(float64) string) []gridLine {
	var lines []gridLine
	if s.log {
		for v := s.low; v <= s.high*1.001; v *= 10 {
			lines = append(lines, gridLine{Y: px(s.y(v)), Label: label(v)})
		}
		return lines
	}
	for _, v := range []float64{0, s.high / 2, s.high} {
		lines = append(lines, gridLine{Y: px(s.y(v)), Label: label(v)})
	}
	return lines
}

// ticks name the beginning, the middle and the end of the time.
func (s scale) ticks() []tick {
	middle := s.from.Add(s.to.Sub(s.from) / 2)
	return []tick{
		{percent(0), clock(s.from), "start"}, {percent(0.5), clock(middle), "middle"}, {percent(1), clock(s.to), "end"},
	}
}

func clock(t time.Time) string { return t.Local().Format("15:04:05") }

// A sampled value; NaN where there is none, which breaks the line.
type sampled struct {
	at    time.Time
	value float64
}

// steps draws values each of which holds for a while before its time: what an
// export says is about all that has happened since the one before.
func (s scale) steps(class string, values []sampled, spans []time.Duration) lineView {
	var held []sampled
	for i, v := range values {
		held = append(held, sampled{v.at.Add(-spans[i]), v.value}, v)
	}
	return s.line(class, held)
}

// line draws values, in the order of time.
func (s scale) line(class string, values []sampled) lineView {
	l := lineView{Class: class}
	var parts []string
	pen := "M"
	for _, v := range values {
		if math.IsNaN(v.value) {
			pen = "M"
			continue
		}
		x, y := s.x(v.at), s.y(v.value)
		parts = append(parts, fmt.Sprintf("%s%s %s", pen, px(x*1000), px(y)))
		pen, l.LastX, l.LastY = "L", percent(x), px(y)
	}
	l.Points = strings.Join(parts, "")
	return l
}

func px(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }
