package web

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// active finds what a browser would do something for: in tags alone, because
// text has neither angle brackets nor quotes when it is written as HTML.
var active = regexp.MustCompile(`(?i)<(script|style|iframe|object|embed|base|meta|form|input|link|svg|math)\b|<[^>]*\son[a-z]+\s*=|<[^>]*\s(href|src)\s*=\s*"\s*(javascript|data|vbscript):`)

// Whatever a lesson or a story says, there is nothing active in its HTML.
func FuzzMarkdown(f *testing.F) {
	f.Add("# A heading\n\n<details><summary>Hint 1</summary>\n\n```go\nfunc f() {}\n```\n\n</details>\n")
	f.Add("|a|b|\n|-|-|\n|c|<b onclick=x>|\n\n- [ ] x\n1. ~~y~~ **z** `c`")
	f.Add("[x](javascript:alert(1)) ![y](data:text/html,x) <javascript:alert(1)> https://a.example <a@b.example>")
	f.Add("[a]: javascript:x\n\n[a] [b][a] <script>alert(1)</script> <!-- x --> <?php ?> <![CDATA[x]]>")
	f.Add("<details open onclick=x>\n<svg/onload=x>\n</details>\n&lt;script&gt; &#x3c;script>")
	f.Add("[x](\"onclick=alert(1) 'a\"b') <https://a.example/\"onclick=x>")
	f.Fuzz(func(t *testing.T, text string) {
		html := string(render(text))
		require.Empty(t, active.FindString(html), "%q", text)
		inline(text)
	})
}
