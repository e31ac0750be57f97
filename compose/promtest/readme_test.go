package promtest

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// readme returns the queries of README.md: what stands in it as code and names
// a metric as Prometheus does.
func readme(t *testing.T) (queries []string) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	for _, found := range regexp.MustCompile("`([^`\n]*\\bdb_query_[^`\n]*)`").FindAllSubmatch(text, -1) {
		queries = append(queries, string(found[1]))
	}
	require.Len(t, queries, 2)
	return queries
}
