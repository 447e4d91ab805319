package cms

import (
	"encoding/hex"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
)

// TestDescribe: values in words, and by their size what is not as its standard has it.
func TestDescribe(t *testing.T) {
	t.Parallel()
	unknown := algorithm.MustOID("1.2.3.4")
	for name, tc := range map[string]struct {
		oid  algorithm.OID
		der  string
		want string
	}{
		"contentType":           {attrContentType, "06092a864886f70d010701", "data"},
		"messageDigest":         {attrMessageDigest, "0403010203", "010203"},
		"messageDigest, wrong":  {attrMessageDigest, "020101", "not as in the standard, 3 octets"},
		"signingTime":           {attrSigningTime, "170d3236313132313139313131375a", "2026-11-21 19:11:17 UTC"},
		"signingTime, wrong":    {attrSigningTime, "170161", "not as in the standard, 3 octets"},
		"binarySigningTime":     {attrBinarySigningTime, "02046b49d200", "2027-01-15 08:00:00 UTC"},
		"smimeCapabilities":     {attrCapabilities, "300d300b0609608648016503040102", "1 algorithms"},
		"algorithm protection":  {attrAlgorithmProtection, "301a300b0609608648016503040201a10b06092a864886f70d01010b", "sha256, rsa-pkcs1v15"},
		"contentHint":           {attrContentHint, "300f0c02686906092a864886f70d010701", `data, "hi"`},
		"contentHint, no text":  {attrContentHint, "300b06092a864886f70d010701", "data"},
		"contentReference":      {attrContentReference, "301306092a864886f70d0107010402010204020304", "data, identifier 0102"},
		"key preference, by id": {attrEncryptionKey, "82020102", "key identifier 0102"},
		"unknown, text":         {unknown, "0c026869", `"hi"`},
		"unknown, OID":          {unknown, "06022a03", "1.2.3"},
		"unknown, number":       {unknown, "020105", "05"},
		"unknown, BOOLEAN":      {unknown, "0101ff", "true"},
		"unknown, structure":    {unknown, "30030c0141", "5 octets"},
		"countersignature":      {attrCountersignature, "3000", "not as in the standard, 2 octets"},
		"time stamp":            {attrTimeStampToken, "3000", "not as in the standard, 2 octets"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			der, err := hex.DecodeString(tc.der)
			if err != nil {
				t.Fatal(err)
			}
			got := Attribute{OID: tc.oid, Values: [][]byte{der}}.Describe()
			if len(got) != 1 || got[0] != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	wrap := func(tag byte, parts ...string) string {
		body := strings.Join(parts, "")
		return string([]byte{tag, byte(len(body))}) + body
	}
	mailbox := wrap(0x30, wrap(0x30, wrap(0x81, "alice@example.org")))
	id := wrap(4, "id")
	for name, tc := range map[string]struct {
		oid  algorithm.OID
		der  string
		want string
	}{
		"receipts of all":   {attrReceiptRequest, wrap(0x30, id, wrap(0x80, "\x00"), mailbox), "receipts from all to alice@example.org"},
		"receipts of some":  {attrReceiptRequest, wrap(0x30, id, wrap(0x80, "\x01"), mailbox), "receipts from those who were not on a list to alice@example.org"},
		"receipts of those": {attrReceiptRequest, wrap(0x30, id, "\xa1"+mailbox[1:], mailbox), "receipts from alice@example.org to alice@example.org"},
		"label":             {attrSecurityLabel, wrap(0x31, wrap(2, "\x03"), wrap(6, "\x2a\x03"), wrap(0x13, "mark")), `confidential, "mark", policy 1.2.3`},
		"label of a policy": {attrSecurityLabel, wrap(0x31, wrap(6, "\x2a\x03"), wrap(2, "\x63")), "classification 99, policy 1.2.3"},
		"label, no policy":  {attrSecurityLabel, wrap(0x31, wrap(2, "\x03")), "not as in the standard, 5 octets"},
		"labels":            {attrEquivalentLabels, wrap(0x30, wrap(0x31, wrap(6, "\x2a\x03")), wrap(0x31, wrap(6, "\x2a\x04"))), "policy 1.2.3; policy 1.2.4"},
		"expansion":         {attrExpansionHistory, wrap(0x30, wrap(0x30, id, wrap(0x18, "20261121191117Z"))), "key identifier 6964, 2026-11-21 19:11:17 UTC"},
	} {
		if got := (Attribute{OID: tc.oid, Values: [][]byte{[]byte(tc.der)}}).Describe(); got[0] != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

// TestAttributeNames: no attribute has two names, no name two attributes, and what is not known is called by its number.
func TestAttributeNames(t *testing.T) {
	t.Parallel()
	oids, names := map[algorithm.OID]bool{}, map[string]bool{}
	for _, row := range attributeNames() {
		if oids[row.oid] || names[row.name] || strings.Contains(row.oid.String(), "invalid") {
			t.Errorf("%s, %s occurs twice", row.oid, row.name)
		}
		oids[row.oid], names[row.name] = true, true
	}
	for dotted, want := range map[string]string{
		"1.2.840.113549.1.9.16.2.15": "signaturePolicyIdentifier", "1.2.840.113549.1.9.16.2.46": "binarySigningTime", "0.4.0.1733.2.4": "archiveTimeStampV3",
		"1.3.6.1.4.1.311.3.3.1": "Microsoft time stamp", "1.2.840.113635.100.9.1": "Apple hash agility", "1.3.6.1.4.1.311.13.2.1": "Microsoft enrollment name and value",
		"1.3.6.1.4.1.311.2.1.12": "Microsoft program information", "1.2.3.4": "1.2.3.4",
	} {
		if got := AttributeName(algorithm.MustOID(dotted)); got != want {
			t.Errorf("%s: got %s, want %s", dotted, got, want)
		}
	}
}

func FuzzDescribe(f *testing.F) {
	for i := range valueReaders() {
		f.Add(i, []byte{0x30, 3, 2, 1, 5})
	}
	f.Fuzz(func(t *testing.T, i int, der []byte) {
		rows := valueReaders()
		for _, oid := range []algorithm.OID{rows[uint(i)%uint(len(rows))].oid, "\x2a\x03"} {
			if got := (Attribute{OID: oid, Values: [][]byte{der}}).Describe(); len(got) != 1 {
				t.Fatalf("got %q", got)
			}
		}
	})
}
