package web

import (
	"fmt"
	"time"
)

// spell says how long something has gone on, in words that change once a
// minute.
func spell(d time.Duration) string {
	const day = 24 * time.Hour
	switch minutes := int(d / time.Minute); {
	case minutes < 1:
		return "less than a minute"
	case minutes < 60:
		return fmt.Sprintf("%d min", minutes)
	case d < day && minutes%60 == 0:
		return fmt.Sprintf("%d h", minutes/60)
	case d < day:
		return fmt.Sprintf("%d h %d min", minutes/60, minutes%60)
	case d < 2*day:
		return "a day"
	case d < 1000*day:
		return fmt.Sprintf("%d days", d/day)
	}
	return "ages"
}

// since says so where there is room for a word.
func since(d time.Duration) string {
	if d < time.Minute {
		return "just now"
	}
	return spell(d)
}
