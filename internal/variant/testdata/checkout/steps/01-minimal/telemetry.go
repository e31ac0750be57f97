package minimal

// Setup is still to be written.
func Setup() string {
	// TODO(service-name): name the service.
	return ""
}
