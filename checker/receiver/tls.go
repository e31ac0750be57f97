package receiver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"
)

// roots are the certificates that this process trusts: httptest's alone, and
// always the same one.
var roots = sync.OnceValue(x509.NewCertPool)

var useRoots sync.Once

// trust makes this process verify servers against roots, on every system, and
// adds cert to them if wanted.
func trust(t testing.TB, cert *x509.Certificate, wanted bool) {
	useRoots.Do(func() {
		t.Setenv("GODEBUG", "x509usefallbackroots=1")
		x509.SetFallbackRoots(roots())
	})
	if wanted {
		roots().AddCert(cert)
	}
}

// selfSigned makes a certificate for 127.0.0.1 that nobody trusts.
func selfSigned(t testing.TB) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
