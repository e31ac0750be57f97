package workspace

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDiffOfTheLearnersFiles(t *testing.T) {
	w := checkout(t)
	write(t, w.Root, "steps/01-minimal/mine.go", "package minimal\n")
	diff, err := w.Diff(step)
	require.NoError(t, err)
	require.Equal(t, `diff --git a/steps/01-minimal/mine.go b/steps/01-minimal/mine.go
deleted file mode 100644
--- a/steps/01-minimal/mine.go
+++ /dev/null
@@ -1,1 +0,0 @@
-package minimal
diff --git a/steps/01-minimal/telemetry.go b/steps/01-minimal/telemetry.go
--- a/steps/01-minimal/telemetry.go
+++ b/steps/01-minimal/telemetry.go
@@ -1,7 +1,7 @@
 package minimal
 
-// Setup is still to be written.
+// Setup names the service.
 func Setup() string {
-	// TODO(service-name): name the service.
-	return ""
+	name := "demo-service"
+	return name
 }
`, diff)
}

func TestTouchedAndSourcesHash(t *testing.T) {
	w := checkout(t)
	state := func() (bool, string) {
		t.Helper()
		touched, err := w.Touched(step)
		require.NoError(t, err)
		hash, err := w.SourcesHash(step)
		require.NoError(t, err)
		return touched, hash
	}
	touched, hash := state()
	require.False(t, touched)

	write(t, w.Root, "steps/01-minimal/README.md", "changed")
	write(t, w.Root, "steps/01-minimal/x_test.go", "package minimal\n")
	again, same := state()
	require.False(t, again, "neither lesson nor tests count")
	require.Equal(t, hash, same)

	for _, name := range []string{"telemetry.go", "shop/main.go", "mine.go", "sub/x.go"} {
		w := checkout(t)
		write(t, w.Root, "steps/01-minimal/"+name, "package mine\n")
		touched, err := w.Touched(step)
		require.NoError(t, err)
		require.True(t, touched, name)
		other, err := w.SourcesHash(step)
		require.NoError(t, err)
		require.NotEqual(t, hash, other, name)
	}

	require.NoError(t, os.Remove(filepath.Join(w.Root, "broken", step, "starter.diff")))
	_, err := w.Touched(step)
	require.ErrorContains(t, err, "git restore")
}
