package variant

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const goodDiff = `diff --git a/solutions/01-minimal/telemetry.go b/solutions/01-minimal/telemetry.go
--- a/solutions/01-minimal/telemetry.go
+++ b/solutions/01-minimal/telemetry.go
@@ -4,3 +4,3 @@
 func Setup() string {
-	name := "demo-service"
+	name := ""
 	return name
`

func TestParse(t *testing.T) {
	root := checkout(t)
	v, err := Parse("broken/01-minimal/unknown-service.diff", []byte(read(t, root, "broken/01-minimal/unknown-service.diff")))
	require.NoError(t, err)
	require.Equal(t, "unknown-service", v.Name)
	require.Equal(t, "01-minimal", v.Step)
	require.Equal(t, "The service has no name.", v.Summary)
	require.Equal(t, "In the trace list it is \"unknown_service:shop\", beside all the others\nthat nobody named.\n\n"+
		"It was seen in [a forum](https://example.com/thread).", v.Story)
	require.Equal(t, []string{"service-name", "env-wins"}, v.CaughtBy, "a folded trailer")
	require.Equal(t, []string{"shop-runs"}, v.Blocked)
	require.Equal(t, "request", v.Scenario)
	require.Empty(t, v.Passes)
	require.Equal(t, []string{"shop/main.go", "telemetry.go", "extra.go"}, v.Changes())
	require.True(t, strings.HasPrefix(v.Diff(), "diff --git a/solutions/01-minimal/shop/main.go "))
}

func TestParseTakesTheDiffsThatGitTakes(t *testing.T) {
	plain := strings.SplitN(goodDiff, "\n", 2)[1]
	for name, diff := range map[string]string{
		"git":                           goodDiff,
		"git with index":                strings.Replace(goodDiff, "\n---", "\nindex 0123abc..4567def 100644\n---", 1),
		"headers alone":                 plain,
		"diff -u with times":            strings.Replace(plain, "telemetry.go\n@@", "telemetry.go\t2026-11-23 10:00:00.000000000 +0000\n@@", 1),
		"a blank line at the end":       goodDiff + "\n",
		"a blank context line stripped": strings.Replace(strings.Replace(goodDiff, " func Setup", "\n func Setup", 1), "@@ -4,3 +4,3 @@", "@@ -3,4 +3,4 @@", 1),
		"CRLF":                          strings.ReplaceAll(goodDiff, "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			v, err := Parse("/any/where/broken/01-minimal/x.diff", []byte("Summary.\n\nCaught-by: a\n\n"+diff))
			require.NoError(t, err)
			require.Equal(t, []string{"telemetry.go"}, v.Changes())
			require.Empty(t, v.Story)
		})
	}
}

func TestParseRefuses(t *testing.T) {
	const good = "Summary.\n\nA story.\n\nCaught-by: a\n\n"
	const in = "a/solutions/01-minimal/"
	diff := func(old, new string) string { return good + strings.ReplaceAll(goodDiff, old, new) }
	for name, c := range map[string]struct {
		path, text string
		want       string
	}{
		"no summary":              {text: "\nCaught-by: a\n\n" + goodDiff, want: "summary is empty"},
		"a trailer as summary":    {text: "Caught-by: a\n\n" + goodDiff, want: "summary is empty"},
		"summary of two lines":    {text: "Summary\ngoes on.\n\nCaught-by: a\n\n" + goodDiff, want: "line 2 must be empty"},
		"no checks":               {text: "Summary.\n\nStory.\n\n" + goodDiff, want: `end the message with the line "Caught-by`},
		"unknown trailer":         {text: "Summary.\n\nCaught-by: a\nSeen-in: b\n\n" + goodDiff, want: `unknown trailer "Seen-in: b": there are Caught-by, Scenario, Blocked, Passes`},
		"misspelt trailer":        {text: "Summary.\n\nCaughtby: a\n\n" + goodDiff, want: `unknown trailer "Caughtby: a"`},
		"small-letter trailer":    {text: "Summary.\n\ncaught-by: a\n\n" + goodDiff, want: `"caught-by: a" stands within the story`},
		"trailer without blank":   {text: "Summary.\n\nStory.\nCaught-by: a\n\n" + goodDiff, want: `"Caught-by: a" stands within the story`},
		"trailer twice":           {text: "Summary.\n\nCaught-by: a\nCaught-by: b\n\n" + goodDiff, want: "Caught-by stands there twice"},
		"empty trailer":           {text: "Summary.\n\nCaught-by: a\nScenario:\n\n" + goodDiff, want: "Scenario is empty"},
		"a check that is no id":   {text: "Summary.\n\nCaught-by: a b\n\n" + goodDiff, want: `"a b" is no check`},
		"a trailing comma":        {text: "Summary.\n\nCaught-by: a,\n\n" + goodDiff, want: `"" is no check`},
		"a check in two outcomes": {text: "Summary.\n\nCaught-by: a\nBlocked: a\n\n" + goodDiff, want: "check a is listed twice"},
		"no diff":                 {text: good, want: "no diff after the message"},
		"another step":            {text: diff("01-minimal", "02-handler-spans"), want: "touches solutions/02-handler-spans/telemetry.go"},
		"another tree":            {text: diff("solutions", "steps"), want: "touches steps/01-minimal/telemetry.go"},
		"above the folder":        {text: diff("telemetry.go", "../02-x/telemetry.go"), want: "touches solutions/01-minimal/../02-x/telemetry.go"},
		"an alternative":          {text: diff("telemetry.go", "alternatives/x.go"), want: "touches"},
		"a test":                  {text: diff("telemetry.go", "x_test.go"), want: "no tests"},
		"not Go":                  {text: diff("telemetry.go", "README.md"), want: "touches solutions/01-minimal/README.md"},
		"renamed":                 {text: good + "diff --git " + in + "x.go b/solutions/01-minimal/y.go\nsimilarity index 100%\nrename from solutions/01-minimal/x.go\nrename to solutions/01-minimal/y.go\n", want: "--no-renames"},
		"two trees":               {text: diff(in, "a/steps/01-minimal/"), want: "has another name before the change, steps/01-minimal/telemetry.go"},
		"mode":                    {text: good + "diff --git " + in + "x.go b/solutions/01-minimal/x.go\nold mode 100644\nnew mode 100755\n", want: "changes its mode"},
		"binary":                  {text: good + "diff --git " + in + "x.go b/solutions/01-minimal/x.go\nindex 0123abc..4567def 100644\nGIT binary patch\nliteral 1\nIcmZPo000310RR91\n\nliteral 1\nIcmZPo000310RR91\n\n", want: "binary"},
		"binary, unsaid":          {text: good + "diff --git " + in + "x.go b/solutions/01-minimal/x.go\nindex 0123abc..4567def 100644\nBinary files differ\n", want: "variant broken/01-minimal/x.diff"},
		"no prefixes":             {text: diff(in, "solutions/01-minimal/"), want: "variant broken/01-minimal/x.diff"},
		"a file twice":            {text: good + goodDiff + goodDiff, want: "telemetry.go stands in its diff twice"},
		"a hunk too long":         {text: good + goodDiff + "+	more()\n", want: `"+\tmore()", belongs to no hunk`},
		"a hunk too short":        {text: diff("@@ -4,3 +4,3 @@", "@@ -4,9 +4,9 @@"), want: "malformed"},
		"a mail's signature":      {text: good + goodDiff + "-- \n2.39.5\n", want: "belongs to no hunk"},
		"a header alone":          {text: good + "diff --git " + in + "x.go b/solutions/01-minimal/x.go\n", want: "no hunk"},
		"headers alone":           {text: good + goodDiff + "--- a/solutions/01-minimal/x.go\n+++ b/solutions/01-minimal/x.go\n", want: "belongs to no hunk"},
		"half a hunk":             {text: good + goodDiff + "\n@@ -\n", want: `"@@ -", belongs to no hunk`},
		"half a hunk at once":     {text: good + goodDiff + "@@ -\n", want: "malformed"},
		"half a header":           {text: good + "--- a/", want: "belongs to no hunk"},
		"a command line alone":    {text: good + "diff a/x.go b/x.go\n", want: "belongs to no hunk"},
		"a name in capitals":      {path: "broken/01-minimal/Bad_Name.diff", text: good + goodDiff, want: "call the file NAME.diff"},
		"not in a step":           {path: "broken/x.diff", text: good + goodDiff, want: "put it into broken/NN-STEP/"},
		"an alternative caught":   {path: "solutions/01-minimal/alternatives/x.diff", text: good + goodDiff, want: "an alternative is right"},
		"nothing":                 {text: "", want: "summary is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.path == "" {
				c.path = "broken/01-minimal/x.diff"
			}
			_, err := Parse(c.path, []byte(c.text))
			require.ErrorContains(t, err, "variant "+c.path+": ")
			require.ErrorContains(t, err, c.want)
		})
	}
}

// Tests come with packages of helpers: a diff of them may touch other folders.
func TestParseTests(t *testing.T) {
	parse := func(key string) (Variant, error) {
		return Parse("solutions/05-own-tests/alternatives/x.diff",
			[]byte("Summary.\n\n"+strings.ReplaceAll(goodDiff, "01-minimal/telemetry.go", "05-own-tests/"+key)))
	}
	for _, key := range []string{"store_test.go", "doc.go", "spantest/spantest.go", "spantest/spantest_test.go", "internal/spans/tree.go"} {
		v, err := parse(key)
		require.NoError(t, err, key)
		require.Equal(t, []string{key}, v.Changes())
	}
	for _, key := range []string{
		"alternatives/accept_test.go", "alternatives/x.go", "alternatives/x/x.go", "testdata/x.go", "a/_b/x.go", ".a/x.go",
		"../x.go", "../02-handler-spans/handler.go", "a/../../x.go", "a/../x.go", "a/./x.go", "README.md", "a/x.txt",
	} {
		_, err := parse(key)
		require.ErrorContains(t, err, "touches solutions/05-own-tests/"+key+": it may change .go files in solutions/05-own-tests/ and in packages below it, and nothing else")
	}
}

// Whatever a diff says, parsing and applying it should end in files or in an
// error, and touch nothing but what it names.
func FuzzParse(f *testing.F) {
	const old = "package minimal\n\n// Setup names the service.\nfunc Setup() string {\n\tname := \"demo-service\"\n\treturn name\n}\n"
	head := "Summary.\n\nStory.\n\nCaught-by: a\n\n"
	f.Add(head+goodDiff, old)
	f.Add(head+goodDiff+strings.ReplaceAll(goodDiff, "telemetry.go", "server.go"), old)
	f.Add(head+strings.ReplaceAll(goodDiff, "@@ -4,3 +4,3 @@", "@@ -4,3 +4,999999999999 @@"), old)
	f.Add(head+"diff --git a/solutions/01-minimal/new.go b/solutions/01-minimal/new.go\nnew file mode 100644\n--- /dev/null\n+++ b/solutions/01-minimal/new.go\n@@ -0,0 +1 @@\n+package minimal\n", old)
	f.Add(head+"diff --git a/solutions/01-minimal/telemetry.go b/solutions/01-minimal/telemetry.go\ndeleted file mode 100644\n--- a/solutions/01-minimal/telemetry.go\n+++ /dev/null\n@@ -1 +0,0 @@\n-package minimal\n", "package minimal\n")
	f.Add("Summary.\n\nCaught-by: a\n\ndiff --git a/x b/x\n@@ -1 +1 @@\n", "")
	f.Add(head+strings.ReplaceAll(goodDiff, "01-minimal/telemetry.go", "01-minimal/../../etc/passwd"), old)
	f.Fuzz(func(t *testing.T, text, old string) {
		v, err := Parse("broken/01-minimal/x.diff", []byte(text))
		if err != nil {
			return
		}
		require.NotEmpty(t, v.Summary)
		require.NotEmpty(t, v.Changes())
		solution := Files{"telemetry.go": []byte(old), "other.go": []byte("package minimal\n")}
		files, err := v.ApplyTo(solution)
		require.Equal(t, Files{"telemetry.go": []byte(old), "other.go": []byte("package minimal\n")}, solution, "it belongs to the caller")
		if err != nil {
			return
		}
		for key := range files {
			require.True(t, filepath.IsLocal(filepath.FromSlash(key)), "%q is outside the step", key)
		}
	})
}
