//go:build !unix

package postgres

import "testing"

func realDatabase(t testing.TB) string {
	t.Skip("the tests start a PostgreSQL on Unix only")
	return ""
}

func stopReal() {}
