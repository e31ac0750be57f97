package handlerspans_test

import (
	"fmt"
	"slices"

	"otel.workshop/checker/recorder"
)

// A table lines up what was wanted of situations and what came.
type table struct {
	header    []string
	want, got [][]string
}

func (t *table) add(want, got []string) {
	t.want, t.got = append(t.want, want), append(t.got, got)
}

// broken reports whether a row is not as it was wanted.
func (t *table) broken() bool { return !slices.EqualFunc(t.want, t.got, slices.Equal) }

// mostRows is how many rows of a kind are shown.
const mostRows = 4

// texts returns the table as a finding shows it: the first rows that are as
// they should be, for a comparison, and the first that are not.
func (t *table) texts() (want, got string) {
	wanted, came := [][]string{t.header}, [][]string{t.header}
	right, wrong := 0, 0
	for i := range t.want {
		if slices.Equal(t.want[i], t.got[i]) {
			if right++; right > 2 {
				continue
			}
		} else if wrong++; wrong > mostRows {
			continue
		}
		wanted, came = append(wanted, t.want[i]), append(came, t.got[i])
	}
	want, got = recorder.Table(wanted...), recorder.Table(came...)
	if more := wrong - mostRows; more > 0 {
		got += fmt.Sprintf("\nand %d more that are not as they should be", more)
	}
	return want, got
}
