package owntests_test

import (
	"testing"

	"otel.workshop/internal/killmatrix"
)

func TestKillMatrix(t *testing.T) { killmatrix.Test(t) }
