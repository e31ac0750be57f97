package variant

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAsStep(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"its own package": {
			"package main\n\nimport minimal \"otel.workshop/solutions/02-next\"\n",
			"package main\n\nimport minimal \"otel.workshop/steps/02-next\"\n"},
		"a package below it, and quotes of the other kind": {
			"package main\n\nimport (\n\t\"fmt\"\n\t_ `otel.workshop/solutions/02-next/sub`\n)\n",
			"package main\n\nimport (\n\t\"fmt\"\n\t_ \"otel.workshop/steps/02-next/sub\"\n)\n"},
		"earlier solutions stay": {
			"package main\n\nimport (\n\t\"otel.workshop/solutions/01-minimal\"\n\tn \"otel.workshop/solutions/02-next\" // n\n\t\"otel.workshop/solutions/02-nextdoor\"\n)\n",
			"package main\n\nimport (\n\t\"otel.workshop/solutions/01-minimal\"\n\tn \"otel.workshop/steps/02-next\" // n\n\t\"otel.workshop/solutions/02-nextdoor\"\n)\n"},
		"texts and comments stay": {
			"package main // otel.workshop/solutions/02-next\n\nimport _ \"otel.workshop/solutions/02-next\"\n\nvar s = \"otel.workshop/solutions/02-next\"\n",
			"package main // otel.workshop/solutions/02-next\n\nimport _ \"otel.workshop/steps/02-next\"\n\nvar s = \"otel.workshop/solutions/02-next\"\n"},
		"half-written code": {
			"package main\n\nimport _ \"otel.workshop/solutions/02-next\"\n\nfunc main() { if {{\n",
			"package main\n\nimport _ \"otel.workshop/steps/02-next\"\n\nfunc main() { if {{\n"},
		"a half-written import": {
			"package main\n\nimport _ \"otel.workshop/solutions/02-next\"\nimport (\n\t\"fm\n)\n",
			"package main\n\nimport _ \"otel.workshop/steps/02-next\"\nimport (\n\t\"fm\n)\n"},
		"no Go":   {"hello\n", "hello\n"},
		"nothing": {"", ""},
		"no import": {
			"package main\n", "package main\n"},
	} {
		t.Run(name, func(t *testing.T) {
			in := Files{"shop/main.go": []byte(c.in)}
			step := AsStep("02-next", in)
			require.Equal(t, c.want, string(step["shop/main.go"]))
			require.Equal(t, c.in, string(in["shop/main.go"]), "the argument is not changed")
			require.NotNil(t, step["shop/main.go"], "nil would hide the file in an overlay")

			back := AsSolution("02-next", step)
			require.Equal(t, strings.ReplaceAll(c.in, "`", `"`), string(back["shop/main.go"]))
		})
	}
}
