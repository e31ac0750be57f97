package nearest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestName(t *testing.T) {
	names := []string{"check", "list", "service-name", "no-shutdown", "no-service-name", "--json"}
	for word, want := range map[string]string{
		"chekc":        "check",
		"lst":          "list",
		"service-nmae": "service-name",
		"service":      "service-name",
		"no-shutdwn":   "no-shutdown",
		"--jsno":       "--json",
		"banana":       "",
		"li":           "",
		"":             "",
	} {
		require.Equal(t, want, Name(word, names), word)
	}
	require.Empty(t, Name("anything", nil))
}
