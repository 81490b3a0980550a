package live

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Local reports whether a request comes from this machine and is meant for it: the remote address is a loopback address, the host is
// localhost or a loopback address, and no proxy has passed it on that says so. It is what a View answers unless [Options.Allow] says otherwise.
//
// The host tells requests of a web site apart that has had its own name resolved to this machine (DNS rebinding). A reverse proxy on this machine which neither
// adds a header (Forwarded, Via or X-Forwarded-For) nor passes the host on makes requests from anywhere look local: have it leave out the view's path.
func Local(r *http.Request) bool {
	return foreign(r) == ""
}

// foreign says why a request is not local, nothing if it is.
func foreign(r *http.Request) string {
	if !isLoopback(hostOf(r.RemoteAddr)) {
		return fmt.Sprintf("it comes from %.100q", r.RemoteAddr)
	}
	host := strings.ToLower(strings.TrimSuffix(hostOf(r.Host), "."))
	if host != "localhost" && !strings.HasSuffix(host, ".localhost") && !isLoopback(host) {
		return fmt.Sprintf("it is for the host %.100q", r.Host)
	}
	for _, header := range []string{"Forwarded", "Via", "X-Forwarded-For"} {
		if r.Header.Get(header) != "" {
			return "a proxy has passed it on (" + header + ")"
		}
	}
	return ""
}

// hostOf returns an address without the port that it may have.
func hostOf(addr string) string {
	if host, _, err := net.SplitHostPort(addr); err == nil {
		return host
	}
	return strings.Trim(addr, "[]")
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// refuse answers a request that is not allowed.
func refuse(w http.ResponseWriter, r *http.Request) {
	reason := "live.Options.Allow does not let it in"
	if why := foreign(r); why != "" {
		reason = why + "; this page is for requests from the machine the program runs on, to localhost; " +
			"ask there, or have live.Options.Allow let others in"
	}
	http.Error(w, "request refused: "+reason, http.StatusForbidden)
}
