package receiver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"net"
	"os"
	"testing"
	"time"
)

// certificate is the environment variable that names what a process trusts.
const certificate = "WORKSHOP_CERTIFICATE"

// Trusting returns the variables with which another process of this binary,
// once it has called Trust, trusts r and no other server, on every system. Go
// reads all that the system trusts before it takes something else for it: some
// hundred certificates, where these variables do not name files that are empty.
func Trusting(r *Receiver) []string {
	return []string{
		"GODEBUG=x509usefallbackroots=1",
		"SSL_CERT_FILE=" + os.DevNull,
		"SSL_CERT_DIR=" + os.DevNull,
		certificate + "=" + base64.StdEncoding.EncodeToString(r.cert.Raw),
	}
}

// Trust makes this process trust the one receiver that its environment names
// (see Trusting), if there is any. Call it once, before any connection.
func Trust() error {
	encoded := os.Getenv(certificate)
	if encoded == "" {
		return nil
	}
	der, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return fmt.Errorf("decode %s: %w", certificate, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return fmt.Errorf("parse %s: %w", certificate, err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	x509.SetFallbackRoots(roots)
	return nil
}

// selfSigned makes a certificate for 127.0.0.1 that nobody trusts.
func selfSigned(t testing.TB) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
