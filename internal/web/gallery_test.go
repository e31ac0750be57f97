package web

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// Those that are made for a room come first, and the gallery can be searched,
// without a script as well.
func TestTheGalleryIsSearched(t *testing.T) {
	s := serve(t, checkout(t), nil)
	tiles := func(query string) (names []string) {
		_, body, _ := get(t, s, "/mistakes"+query)
		for _, m := range regexp.MustCompile(`<li><a href="/mistakes/([a-z0-9-]+)"`).FindAllStringSubmatch(body, -1) {
			names = append(names, m[1])
		}
		return names
	}
	all := tiles("")
	require.Greater(t, len(all), 200)
	starred := tiles("?star=1")
	require.Contains(t, starred, "no-propagator")
	require.Less(t, len(starred), len(all)/5)
	require.Equal(t, starred[0], all[0], "stars come first")

	require.Equal(t, []string{"no-propagator"}, tiles("?q=No-Propagator&star=1"))
	require.NotEmpty(t, tiles("?q=baggage"))
	require.Empty(t, tiles("?q=zzz"))
	_, body, _ := get(t, s, "/mistakes?q=%3Cscript%3E")
	require.Contains(t, body, `value="&lt;script&gt;"`)
	require.Contains(t, body, "None has this word.")
}
