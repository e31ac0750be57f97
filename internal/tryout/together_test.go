package tryout

import (
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/trial"
	"otel.workshop/internal/variant"
)

// Tests that share a binary run as they would alone: in the order of the go
// command, with their own TestMain, on what they are tried on.
func TestTogether(t *testing.T) {
	const head = "package owntests\n\nimport (\n\t\"testing\"\n\n\thandlerspans \"otel.workshop/solutions/02-handler-spans\"\n)\n\n"
	versions := []variant.Files{{
		"b_test.go":       []byte(head + "var none = handlerspans.ErrNotFound\n\nfunc TestB(t *testing.T) { t.Log(none == handlerspans.ErrNotFound) }\n"),
		"a_test.go":       []byte("package owntests_test\n\nimport (\n\t\"testing\"\n\n\t\"otel.workshop/solutions/05-own-tests/help\"\n)\n\nfunc TestA(*testing.T) { help.Me() }\n\nfunc Testing() {}\n"),
		"help/help.go":    []byte("package help\n\n// Me does.\nfunc Me() {}\n"),
		"c_plan9_test.go": []byte("package owntests\n\nimport \"testing\"\n\nfunc TestC(*testing.T) {}\n"),
	}, {
		"main_test.go": []byte("package owntests\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestMain(m *testing.M) { m.Run(); os.Exit(7) }\n\nfunc TestB(t *testing.T) { t.Error(\"no\") }\n"),
	}, {
		"fuzz_test.go": []byte("package owntests\n\nimport \"testing\"\n\nfunc FuzzB(*testing.F) {}\n"),
	}}
	files, err := BuildTogether(t.Context(), root, t.TempDir(), versions)
	require.NoError(t, err)
	require.Empty(t, files[2], "the go command runs what is fuzzed")

	run := func(i int) trial.Run {
		suite, err := trial.Open(files[i])
		require.NoError(t, err)
		run, err := suite.Try(t.Context(), trial.Patience, trial.Solution)
		require.NoError(t, err)
		return run
	}
	first := run(0)
	require.Equal(t, 0, first.Exit)
	require.Equal(t, []trial.Test{
		{Name: "TestB", Ended: trial.Passed, Output: "    b_test.go:11: true\n"},
		{Name: "TestA", Ended: trial.Passed},
	}, first.Tests)
	second := run(1)
	require.Equal(t, 7, second.Exit)
	require.Equal(t, []trial.Test{{Name: "TestB", Ended: trial.Failed, Output: "    main_test.go:10: no\n"}}, second.Tests)
}
