package demo

import "otel.workshop/internal/shop"

// replicas returns what each process of the service is told beside the usual.
// Those of a service that runs twice are told who they are, as a deployment
// would do it, and their callers know them by one name.
func (s Scenario) replicas() []shop.Options {
	if !s.Twice {
		return []shop.Options{{}}
	}
	replica := func(id string) shop.Options {
		return shop.Options{Host: "shop.example", Env: []string{"OTEL_RESOURCE_ATTRIBUTES=service.instance.id=" + id}}
	}
	return []shop.Options{replica("replica-1"), replica("replica-2")}
}
