package demo

// Shown is how many figures that differ are shown at first: the point, and a few
// more. Most mistakes change one thing, of which many figures are a shadow.
const Shown = 4

// Fold parts figures from those that differ beyond the first few.
func Fold(figures []Figure) (shown, folded []Figure) {
	differ := 0
	for _, f := range figures {
		if f.Differs {
			differ++
		}
		if f.Differs && differ > Shown {
			folded = append(folded, f)
		} else {
			shown = append(shown, f)
		}
	}
	return shown, folded
}
