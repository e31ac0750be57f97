package demo

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFold(t *testing.T) {
	var all []Figure
	for i := range Shown + 2 {
		all = append(all, Figure{Label: string(rune('a' + i)), Differs: true})
	}
	all = append(all, Figure{Label: "alike"})
	shown, folded := Fold(all)
	require.Len(t, shown, Shown+1, "what is alike stays: the scenario wants it seen")
	require.Equal(t, "alike", shown[Shown].Label)
	require.Equal(t, []string{"e", "f"}, []string{folded[0].Label, folded[1].Label})

	shown, folded = Fold(all[:Shown])
	require.Len(t, shown, Shown)
	require.Empty(t, folded)
}
