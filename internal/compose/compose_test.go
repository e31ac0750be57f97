// Package compose_test holds docker-compose.yml and compose/ to what they
// promise. Few people start the optional backends, so that a mistake there
// would stay for long.
package compose_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

const root = "../.."

// service is as much of a service in docker-compose.yml as these tests read.
type service struct {
	Image    string
	Profiles []string
	Ports    []string // address:published:container
	Volumes  []string // source:target:mode

	DependsOn   map[string]any `yaml:"depends_on"`
	Healthcheck struct{ Test []string }
}

func services(t *testing.T) map[string]service {
	var file struct{ Services map[string]service }
	read(t, "docker-compose.yml", &file)
	require.NotEmpty(t, file.Services)
	return file.Services
}

// collector is as much of the Collector's configuration as these tests read.
type collector struct {
	Receivers, Processors map[string]any
	Exporters             map[string]struct{ Endpoint string }
	Extensions            map[string]struct {
		ResponseBody struct{ Healthy string } `yaml:"response_body"`
	}
	Service struct {
		Extensions []string
		Pipelines  map[string]struct{ Receivers, Processors, Exporters []string }
	}
}

func read(t *testing.T, name string, into any) {
	text, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, into), name)
}

// Nothing is published beyond this machine.
func TestPortsAreLoopbackOnly(t *testing.T) {
	for name, s := range services(t) {
		require.NotEmpty(t, s.Ports, name)
		for _, port := range s.Ports {
			require.Regexp(t, `^127\.0\.0\.1:\d+:\d+$`, port, name)
		}
	}
}

// An image is pinned to a version, so that it is the same next year.
func TestImagesArePinned(t *testing.T) {
	for name, s := range services(t) {
		require.Regexp(t, `^[a-z/-]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9.]+)?$`, s.Image, name)
	}
}

// What is mounted is there, or Docker would make an empty folder in its place.
func TestMountedFilesExist(t *testing.T) {
	for name, s := range services(t) {
		for _, volume := range s.Volumes {
			source, target, _ := strings.Cut(volume, ":")
			require.True(t, strings.HasSuffix(target, ":ro"), "%s: %s can be written to", name, volume)
			require.Regexp(t, `^\./`, source, name)
			_, err := os.Stat(filepath.Join(root, source))
			require.NoError(t, err, name)
		}
	}
}

// Each service has one profile, and no two of a profile want the same port.
func TestProfiles(t *testing.T) {
	in, ports := map[string][]string{}, map[string]string{}
	for name, s := range services(t) {
		require.Len(t, s.Profiles, 1, name)
		in[s.Profiles[0]] = append(in[s.Profiles[0]], name)
		for _, port := range s.Ports {
			key := s.Profiles[0] + " " + strings.Split(port, ":")[1]
			require.NotContains(t, ports, key, "%s: %s has it, too", name, ports[key])
			ports[key] = name
		}
	}
	for _, names := range in {
		slices.Sort(names)
	}
	require.Equal(t, map[string][]string{
		"postgres": {"postgres"},
		"backend":  {"collector", "jaeger", "prometheus"},
		"lgtm":     {"lgtm"},
	}, in)
}

// Without a --profile, Compose asks .env for one; without that, it would say
// that no service is selected, and start none.
func TestPlainCommandStartsWhatTheReadmeSays(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, ".env"))
	require.NoError(t, err)
	require.Contains(t, string(text), "\nCOMPOSE_PROFILES=postgres,backend\n")
}

// What a service waits for starts with it.
func TestDependenciesAreOfTheSameProfile(t *testing.T) {
	all := services(t)
	for name, s := range all {
		for other := range s.DependsOn {
			require.Equal(t, s.Profiles, all[other].Profiles, "%s depends on %s", name, other)
		}
	}
}

// The pipelines name what is defined, all of it, and nothing else.
func TestPipelinesAreComplete(t *testing.T) {
	var c collector
	read(t, "compose/collector.yaml", &c)
	require.NotEmpty(t, c.Service.Pipelines)

	var receivers, processors, exporters []string
	for _, p := range c.Service.Pipelines {
		receivers = append(receivers, p.Receivers...)
		processors = append(processors, p.Processors...)
		exporters = append(exporters, p.Exporters...)
	}
	same(t, "receivers", c.Receivers, receivers)
	same(t, "processors", c.Processors, processors)
	same(t, "exporters", c.Exporters, exporters)
	same(t, "extensions", c.Extensions, c.Service.Extensions)
}

func same[V any](t *testing.T, what string, defined map[string]V, named []string) {
	require.Equal(t, slices.Sorted(maps.Keys(defined)), slices.Compact(slices.Sorted(slices.Values(named))), what)
}

// The Collector sends to services of docker-compose.yml, unless it is told otherwise.
func TestExportersNameServices(t *testing.T) {
	byDefault := regexp.MustCompile(`^\$\{env:[A-Z_]+:-(?:http://)?([a-z]+):\d+[a-z0-9/]*\}$`)
	var c collector
	read(t, "compose/collector.yaml", &c)
	for name, e := range c.Exporters {
		found := byDefault.FindStringSubmatch(e.Endpoint)
		require.NotNil(t, found, "%s: %s", name, e.Endpoint)
		require.Contains(t, services(t), found[1], name)
	}
}

// The Collector's health is read as configuration, beside the file that is
// mounted: both ends of that trick have to stay as they are.
func TestHealthIsConfiguration(t *testing.T) {
	var c collector
	read(t, "compose/collector.yaml", &c)
	var settings map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(c.Extensions["health_check"].ResponseBody.Healthy), &settings))
	require.NotNil(t, settings)
	require.Empty(t, settings)

	s := services(t)["collector"]
	_, target, _ := strings.Cut(s.Volumes[0], ":")
	require.Contains(t, s.Healthcheck.Test, "--config="+strings.TrimSuffix(target, ":ro"))
}
