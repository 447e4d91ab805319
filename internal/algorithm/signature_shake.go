package algorithm

// ECDSA and RSASSA-PSS with SHAKE (RFC 8702, Section 3.2). They are read only:
// crypto.Signer has no word for SHAKE.
var (
	ecdsaSHAKESchemes = []ecdsaScheme{
		{MustOID("1.3.6.1.5.5.7.6.32"), shake128Digest, "RFC 8702, Section 3.2.2"},
		{MustOID("1.3.6.1.5.5.7.6.33"), shake256Digest, "RFC 8702, Section 3.2.2"},
	}
	pssSHAKESignatures = []*signatureRow{
		pssSHAKE("1.3.6.1.5.5.7.6.30", shake128Digest),
		pssSHAKE("1.3.6.1.5.5.7.6.31", shake256Digest),
	}
)

// pssSHAKE is RSASSA-PSS without parameters: SHAKE in both places and a salt as
// long as its result. Keys that are restricted to other parameters do not make
// it.
func pssSHAKE(oid string, d *Digest) *signatureRow {
	return &signatureRow{oid: MustOID(oid), standard: "RFC 8702, Section 3.2.1", read: func(id Identifier, _ *Digest) (*Signature, error) {
		if err := absentParameters("rsa-pss with "+d.Name, id); err != nil {
			return nil, err
		}
		s := newPSS(&pssParameters{hash: d, mgf: d, salt: d.Size})
		s.sign = nil
		return s, nil
	}}
}
