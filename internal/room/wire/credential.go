package wire

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
)

// CredentialHeader carries a member's [Credential] with each request.
const CredentialHeader = "Workshop-Member"

// A Credential is a member's secret: 26 characters of base32, made once when
// they join. Whoever they say they are, the room knows them by what it hashes to,
// so that nobody can speak for another without having read their file, or the
// network.
type Credential string

// NewCredential makes one.
func NewCredential() Credential { return Credential(rand.Text()) }

var credential = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// Valid reports whether it has the form of one.
func (c Credential) Valid() bool { return credential.MatchString(string(c)) }

// ID returns who that is: 16 hexadecimal digits. The credential cannot be told
// from it.
func (c Credential) ID() string {
	sum := sha256.Sum256([]byte("workshop member " + c))
	return hex.EncodeToString(sum[:8])
}
