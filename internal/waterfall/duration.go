package waterfall

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// FormatDuration prints a duration in the unit that suits it, with two or
// three digits that count: 850 ns, 12 µs, 9.1 ms, 2.04 s, 20 m 3 s, 3 h 5 m,
// 2 d 4 h.
func FormatDuration(d time.Duration) string {
	if d < 0 {
		return "-" + FormatDuration(-max(d, -math.MaxInt64))
	}
	if d < time.Microsecond {
		return fmt.Sprintf("%d ns", int64(d))
	}
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{time.Microsecond, "µs"}, {time.Millisecond, "ms"}} {
		if r := d.Round(unit.size / 10); r < 10*unit.size {
			return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(r)/float64(unit.size)), ".0") + " " + unit.name
		}
		if r := d.Round(unit.size); r < 1000*unit.size {
			return fmt.Sprintf("%d %s", r/unit.size, unit.name)
		}
	}
	if r := d.Round(10 * time.Millisecond); r < 10*time.Second {
		return fmt.Sprintf("%.2f s", r.Seconds())
	}
	if r := d.Round(100 * time.Millisecond); r < time.Minute {
		return fmt.Sprintf("%.1f s", r.Seconds())
	}
	const day = 24 * time.Hour
	if r := d.Round(time.Second); r < time.Hour {
		return twoUnits(r/time.Minute, "m", r%time.Minute/time.Second, "s")
	}
	if r := d.Round(time.Minute); r < day {
		return twoUnits(r/time.Hour, "h", r%time.Hour/time.Minute, "m")
	}
	r := d.Round(time.Hour)
	return twoUnits(r/day, "d", r%day/time.Hour, "h")
}

func twoUnits(big time.Duration, bigUnit string, small time.Duration, smallUnit string) string {
	if small == 0 {
		return fmt.Sprintf("%d %s", big, bigUnit)
	}
	return fmt.Sprintf("%d %s %d %s", big, bigUnit, small, smallUnit)
}
