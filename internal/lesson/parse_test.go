package lesson

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const hints = `
<details><summary>Hint 1: where to look</summary>

Look at the reader.

</details>
<details>
<summary>Hint 2</summary>

Use this:

    WithInterval

</details>
<details><summary>Hint 3</summary>

` + "```go\n### 9.9 Not a heading · not-a-check\n</details>\n<details>\n```" + `

</details>
`

const example = `# 01 · The smallest setup

Prose, with a [link](x).

## What you see

### A heading that is no check

` + "~~~~\n### 1.9 In a fence · in-a-fence\n~~~\nstill inside\n~~~~" + `

<!--
### 1.8 In a comment · in-a-comment
-->

### 1.1 Name the service · service-name

**The resource should carry ` + "`service.name`, e.g. `a. b`" + `, so that
it can be found.** More of the
first paragraph.

- a list
` + hints + `
After the hints.

#### A deeper heading · stays

Last words.

### 1.2 Push every ten seconds · metrics-every-10s · further ###

Metrics should leave the process every ten seconds. Or later.

<details><summary>The whole file</summary>

kept

</details>
` + hints + `
## Done

Not part of a check.
`

func TestParse(t *testing.T) {
	for name, source := range map[string]string{
		"LF":            example,
		"CRLF":          strings.ReplaceAll(example, "\n", "\r\n"),
		"byte order":    "\ufeff" + example,
		"no last break": strings.TrimSpace(example),
	} {
		t.Run(name, func(t *testing.T) {
			step, err := Parse("01-minimal", []byte(source))
			require.NoError(t, err)
			hint3 := "```go\n### 9.9 Not a heading · not-a-check\n</details>\n<details>\n```"
			hints := []string{"Look at the reader.", "Use this:\n\n    WithInterval", hint3}
			require.Equal(t, Step{
				Number: 1, Name: "01-minimal", Title: "The smallest setup",
				Checks: []Check{{
					Step: "01-minimal", ID: "service-name", Number: "1.1", Title: "Name the service",
					Rule:  "The resource should carry `service.name`, e.g. `a. b`, so that it can be found.",
					Text:  "More of the\nfirst paragraph.\n\n- a list\n\nAfter the hints.\n\n#### A deeper heading · stays\n\nLast words.",
					Hints: hints,
				}, {
					Step: "01-minimal", ID: "metrics-every-10s", Number: "1.2", Title: "Push every ten seconds", Further: true,
					Rule:  "Metrics should leave the process every ten seconds.",
					Text:  "Or later.\n\n<details><summary>The whole file</summary>\n\nkept\n\n</details>",
					Hints: hints,
				}},
			}, step)
		})
	}
}

func TestParseNamesWhatIsWrong(t *testing.T) {
	const title, head, rule = "# 01 · T\n", "### 1.1 Name it · name-it\n", "It should be so.\n"
	good := title + head + rule + hints
	_, err := Parse("01-minimal", []byte(good))
	require.NoError(t, err, "the lesson that the cases below spoil")

	tests := map[string]struct {
		folder, source string
		want           string // a part of the error
		errors         int
	}{
		"folder":              {"1-minimal", good, `folder is called "1-minimal"`, 1},
		"no title":            {"", head + rule + hints, "README.md:1: the lesson has no title", 1},
		"title's number":      {"", "# 02 · T\n" + head + rule + hints, `README.md:1: the title is "02 · T"`, 1},
		"two titles":          {"", good + "# 01 · U\n", `a second title, "01 · U"`, 1},
		"no checks":           {"", title + "prose\n", "README.md:1: the lesson has no check", 1},
		"no hints":            {"", title + head + rule, "README.md:2: check name-it has 0 of 3 hints", 1},
		"four hints":          {"", good + strings.Replace(strings.Split(hints, "</details>")[0], "1", "4", 1) + "</details>\n", "README.md:2: check name-it has 4 of 3 hints", 1},
		"hints out of order":  {"", strings.Replace(good, "Hint 2", "Hint 3", 1), "README.md:10: check name-it: this is hint 2, but the summary says hint 3", 1},
		"empty hint":          {"", strings.Replace(good, "Look at the reader.", "", 1), "README.md:5: check name-it: hint 1 is empty", 1},
		"hint without check":  {"", title + hints, "README.md:3: hint 1 stands outside of any check", 3},
		"details unclosed":    {"", title + head + rule + strings.Replace(hints, "</details>", "", 1), "README.md:5: <details> has no </details>", 1},
		"details to heading":  {"", good + "<details>\n## More\n</details>\n", "<details> has no </details>", 1},
		"fence unclosed":      {"", good + "```go\n## More\n", "README.md:27: the code block or comment that begins here has no end", 1},
		"comment unclosed":    {"", good + "<!--\n## More\n", "README.md:27: the code block or comment", 1},
		"no rule":             {"", title + head + hints, "README.md:2: check name-it has no rule", 1},
		"list before rule":    {"", title + head + "- a list.\n\n" + rule + hints, "check name-it has no rule", 1},
		"rule has no stop":    {"", title + head + "It should be so\n" + hints, "check name-it has no rule", 1},
		"two bold sentences":  {"", title + head + "**It should be so. And so.**\n" + hints, "check name-it has no rule", 1},
		"duplicate id":        {"", good + "### 1.2 Again · name-it\n" + rule + hints, "README.md:27: check name-it stands on line 2 already", 1},
		"id in camel case":    {"", strings.Replace(good, "· name-it", "· nameIt", 1), `README.md:2: the id "nameIt" is not in kebab case`, 1},
		"id with two hyphens": {"", strings.Replace(good, "· name-it", "· name--it", 1), `the id "name--it" is not in kebab case`, 1},
		"id missing":          {"", strings.Replace(good, " · name-it", "", 1), `README.md:2: the heading "1.1 Name it" is not a check's: write "### 1.1 Title · id"`, 1},
		"id is further":       {"", strings.Replace(good, "· name-it", "· further", 1), "is not a check's", 1},
		"unknown mark":        {"", strings.Replace(good, "name-it", "name-it · later", 1), "is not a check's", 1},
		"title missing":       {"", strings.Replace(good, "1.1 Name it ·", "1.1  ·", 1), "is not a check's", 1},
		"number missing":      {"", strings.Replace(good, "1.1 ", "", 1), `the heading "Name it · name-it" has no number: write "### 1.1 Title · id"`, 1},
		"number of a step":    {"", strings.Replace(good, "1.1 ", "2.1 ", 1), "README.md:2: check name-it has the number 2.1: it is the step's check 1.1", 1},
		"number skipped":      {"", good + "### 1.3 B · b\n" + rule + hints, "README.md:27: check b has the number 1.3: it is the step's check 1.2", 1},
		"only the bad number": {"", strings.Replace(good, "· name-it", "· nameIt", 1) + "### 1.2 B · b\n" + rule + hints, "nameIt", 1},
		"level":               {"", good + "#### 1.2 B · b\n", "README.md:27: a check is a heading of level 3 (###), not 4", 1},
		"oddly spaced":        {"", strings.Replace(good, "1.1 Name", "1.1  Name", 1), `oddly spaced: write "### 1.1 Name it · name-it"`, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := tt.folder
			if folder == "" {
				folder = "01-minimal"
			}
			_, err := Parse(folder, []byte(tt.source))
			require.ErrorContains(t, err, tt.want)
			require.ErrorContains(t, err, "steps/"+folder+"/README.md:")
			require.Len(t, strings.Split(err.Error(), "\n"), tt.errors, "one mistake, one message:\n%v", err)
		})
	}
}

func TestRule(t *testing.T) {
	tests := map[string]struct{ text, rule, rest string }{
		"whole":         {"It is so.", "It is so.", ""},
		"two":           {"It is so. And so.", "It is so.", "And so."},
		"question":      {"Is it so? Yes.", "Is it so?", "Yes."},
		"bold":          {"**It is so.** And so.", "It is so.", "And so."},
		"stop outside":  {"**It is so**. And so.", "It is so.", "And so."},
		"bold word":     {"It is **so**. And so.", "It is so.", "And so."},
		"number":        {"It takes 1.5 s. Or more.", "It takes 1.5 s.", "Or more."},
		"abbreviation":  {"Use it (e.g. here). Always.", "Use it (e.g. here).", "Always."},
		"code":          {"Call `a. b` twice. Always.", "Call `a. b` twice.", "Always."},
		"code with `":   {"Call ``a. `b`` twice. Always.", "Call ``a. `b`` twice.", "Always."},
		"lone backtick": {"A ` is a tick. Always.", "A ` is a tick.", "Always."},
		"bold in code":  {"Write `a**b` so. Always.", "Write `a**b` so.", "Always."},
		"two lines":     {"It is\nso. And\nso.", "It is so.", "And\nso."},
		"lower case":    {"It is so. otelhttp does it.", "It is so.", "otelhttp does it."},
		"ellipsis":      {"It is... so. Yes.", "It is...", "so. Yes."},
		"no stop":       {"It is so", "", "It is so"},
		"then a list":   {"It is so\n- a. b", "", "It is so\n- a. b"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			lines, _ := scan(tt.text)
			rule, rest := splitRule(lines)
			require.Equal(t, tt.rule, rule)
			require.Equal(t, tt.rest, rest)
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(example)
	f.Add("### 1.1 ` · a\n\n` **. <details")
	f.Add(example + strings.ReplaceAll(example, "1.", "2."))
	f.Add(strings.ReplaceAll(example, "\n", "\r\n"))
	f.Add(strings.ReplaceAll(example, "</details>", ""))
	f.Add("\ufeff# A\n\n```\n### 1.1 In code · a\n```\n### 1.1 Twice · a · further\n### 1.1 Twice · a\n")
	f.Fuzz(func(t *testing.T, source string) {
		step, err := Parse("01-minimal", []byte(source))
		if err != nil {
			require.Contains(t, err.Error(), "steps/01-minimal/README.md:")
			return
		}
		for _, c := range step.Checks {
			require.NotEmpty(t, c.Rule)
			require.Len(t, c.Hints, 3)
		}
	})
}
