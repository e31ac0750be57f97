package minimal

// Setup names the service.
func Setup() string {
	name := "demo-service"
	return name
}
