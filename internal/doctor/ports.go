package doctor

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"strconv"
)

const (
	otlpGRPC = 4317
	otlpHTTP = 4318
	shopPort = 8080
)

// ports looks who holds the ports that the workshop likes to have. None is
// indispensable.
func (o Options) ports(ctx context.Context) []Finding {
	workshop := !o.PortIsFree(otlpHTTP) && o.IsWorkshop(ctx, net.JoinHostPort("127.0.0.1", strconv.Itoa(otlpHTTP)))
	return []Finding{
		o.port(otlpHTTP, "for traces and metrics over HTTP", workshop, "held by the workshop that is running"),
		o.port(otlpGRPC, "for the same over gRPC", workshop, "held, most likely by the workshop that is running"),
		o.port(shopPort, "for the step's service", workshop, "held, most likely by the service of the workshop that is running"),
	}
}

func (o Options) port(port int, what string, workshop bool, held string) Finding {
	f := Finding{Name: fmt.Sprintf("port %d", port)}
	switch {
	case o.PortIsFree(port):
		f.Says = "free, " + what
	case workshop:
		f.Says = held
	default:
		f.Level = Warn
		f.Says = "held by another program; the workshop will use another port, and tell its services"
		f.Do = fmt.Sprintf("nothing, or end that program: %s shows it", whoHolds(port, runtime.GOOS))
		if port == otlpHTTP {
			f.Do += "; a service that you start by hand would send its telemetry there"
		}
	}
	return f
}

// whoHolds returns a command that shows the program behind a port, on a
// system of that name.
func whoHolds(port int, goos string) string {
	switch goos {
	case "windows":
		return fmt.Sprintf("netstat -ano | findstr :%d", port)
	case "linux":
		return fmt.Sprintf("ss -ltnp sport = :%d", port)
	}
	return fmt.Sprintf("lsof -nP -iTCP:%d -sTCP:LISTEN", port)
}
