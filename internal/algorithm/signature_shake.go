package algorithm

// ECDSA and RSASSA-PSS with SHAKE (RFC 8702, Section 3.2). They are read only:
// crypto.Signer has no word for SHAKE.
var (
	ecdsaSHAKESchemes = []ecdsaScheme{
		{OID("\x2b\x06\x01\x05\x05\x07\x06\x20") /* 1.3.6.1.5.5.7.6.32 */, shake128Digest, "RFC 8702, Section 3.2.2"},
		{OID("\x2b\x06\x01\x05\x05\x07\x06\x21") /* 1.3.6.1.5.5.7.6.33 */, shake256Digest, "RFC 8702, Section 3.2.2"},
	}
	pssSHAKESchemes = []pssScheme{
		{OID("\x2b\x06\x01\x05\x05\x07\x06\x1e") /* 1.3.6.1.5.5.7.6.30 */, shake128Digest},
		{OID("\x2b\x06\x01\x05\x05\x07\x06\x1f") /* 1.3.6.1.5.5.7.6.31 */, shake256Digest},
	}
)

// pssScheme is RSASSA-PSS under an OID for one digest.
type pssScheme struct {
	oid    OID
	digest *Digest
}

func pssSHAKERows(schemes []pssScheme) []*signatureRow {
	var rows []*signatureRow
	for _, s := range schemes {
		rows = append(rows, pssSHAKE(s.oid, s.digest))
	}
	return rows
}

// pssSHAKE is RSASSA-PSS without parameters: SHAKE in both places and a salt as
// long as its result. Keys that are restricted to other parameters do not make
// it.
func pssSHAKE(oid OID, d *Digest) *signatureRow {
	return &signatureRow{oid: oid, standard: "RFC 8702, Section 3.2.1", read: func(id Identifier, _ *Digest) (*Signature, error) {
		if err := absentParameters("rsa-pss with "+d.Name, id); err != nil {
			return nil, err
		}
		s := newPSS(&pssParameters{hash: d, mgf: d, salt: d.Size})
		s.sign = nil
		return s, nil
	}}
}
