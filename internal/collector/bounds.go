package collector

import "math"

// Growing reports whether bounds are those of a histogram: finite, each larger
// than the one before. Out of others no percentile can be told.
func Growing(bounds []float64) bool {
	for i, b := range bounds {
		if math.IsNaN(b) || math.IsInf(b, 0) || i > 0 && b <= bounds[i-1] {
			return false
		}
	}
	return true
}
