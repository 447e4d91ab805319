package verdict

import (
	"crypto/x509"
	"strings"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
)

// TestOnlineHint: fetching is advised where a certificate names an address to fetch what is missing from, and not
// elsewhere; what stands beside the other hints fits either way.
func TestOnlineHint(t *testing.T) {
	t.Parallel()
	const address = "http://ca.example/x"
	plain, lists := func(*x509.Certificate) {}, func(c *x509.Certificate) { c.CRLDistributionPoints = []string{address} }
	ocsp, issuers := func(c *x509.Certificate) { c.OCSPServer = []string{address} }, func(c *x509.Certificate) { c.IssuingCertificateURL = []string{address} }
	for _, c := range []struct {
		name       string
		code       Code
		signer, ca func(*x509.Certificate)
		online     bool
		says       string
		asked      bool // --online was given
	}{
		{"no issuer, no address", IssuerMissing, plain, plain, false, "if you have it: smimectl verify --chain ISSUER.pem report.eml or, if you know this CA: smimectl verify --ca ROOT.pem", false},
		{"no issuer, an address of lists", IssuerMissing, lists, ocsp, false, "Do if you have it:", false},
		{"no issuer, an address of it", IssuerMissing, issuers, plain, true, "to look for it on the network: smimectl verify --online report.eml or, if you have it: smimectl verify --chain", false},
		{"no issuer, an address in the CA's", IssuerMissing, plain, issuers, true, "to look for it on the network:", false},
		{"not known, no address", RevocationUnknown, plain, plain, false, "Do with the revocation list of the CA: smimectl verify --crl CA.crl report.eml", false},
		{"not known, an address of issuers", RevocationUnknown, issuers, issuers, false, "Do with the revocation list", false},
		{"not known, a list", RevocationUnknown, lists, plain, true, "to ask the CA: smimectl verify --online report.eml or, with its revocation list:", false},
		{"not known, a responder", RevocationUnknown, ocsp, plain, true, "to ask the CA:", false},
		{"not known, a list of the CA's", RevocationUnknown, plain, lists, true, "to ask the CA:", false},
		{"no issuer, looked for", IssuerMissing, issuers, plain, false, "Do if you have it: smimectl verify --chain ISSUER.pem --online report.eml", true},
		{"not known, asked", RevocationUnknown, lists, plain, false, "Do with the revocation list of the CA: smimectl verify --crl CA.crl --online report.eml", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, p := good(t)
			s := first(&f)
			who, ca := alice, person{name: "UX Mail CA 1", ca: true, issuer: "UX root CA", from: date(2020, 1, 1), to: date(2035, 1, 1)}
			who.names, ca.names = c.signer, c.ca
			s.Certificate = create(t, who)
			for _, res := range []*certpath.Result{s.Now, s.Then} {
				path := &res.Paths[0]
				path.Certificates = []*cert.Certificate{s.Certificate, create(t, ca)}
				path.Anchor = nil
				if c.code == RevocationUnknown {
					*res = *pathOf(t, s.Certificate)
					res.Paths[0].Certificates[1] = create(t, ca)
				} else {
					path.Problems = []certpath.Problem{{Code: "issuer-missing", Certificate: path.Certificates[1]}}
				}
			}
			p.RequireRevocation = c.code == RevocationUnknown
			if c.asked {
				p.Grounds = []Flag{{Name: "--online"}}
			}
			r := Judge(f, p)
			found := false
			for _, x := range r.Reasons {
				if x.Code != c.code {
					continue
				}
				found = true
				if got := strings.Contains(strings.Join(x.hints, "\n"), "verify --online"); got != c.online || len(x.hints) == 0 {
					t.Errorf("hints %q", x.hints)
				}
			}
			flat := strings.Join(strings.Fields(r.Text(Style{Width: 200})), " ")
			if !found || !strings.Contains(flat, c.says) {
				t.Errorf("%q does not say %q", flat, c.says)
			}
		})
	}
}

// TestCodeHints: of a commit or a tag there is no file that could be verified once more.
func TestCodeHints(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code Code
		want string
		says string
	}{
		{IssuerMissing, "smimectl ca add ROOT.pem", "Do if you know this CA: smimectl ca add ROOT.pem"},
		{IssuerUnknown, "smimectl ca add CA.pem", "then smimectl ca add CA.pem"},
		{RevocationUnknown, "", "Do "},
		{ExpiredNow, "", ""},
	} {
		t.Run(string(c.code), func(t *testing.T) {
			t.Parallel()
			f, p := good(t)
			p.PurposeCode = true
			s := first(&f)
			for _, res := range []*certpath.Result{s.Now, s.Then} {
				path := &res.Paths[0]
				switch c.code {
				case IssuerMissing:
					path.Anchor = nil
					path.Problems = []certpath.Problem{{Code: "issuer-missing", Certificate: path.Certificates[len(path.Certificates)-1]}}
				case IssuerUnknown:
					path.Anchor = nil
				}
			}
			p.RequireRevocation = c.code == RevocationUnknown
			if c.code == ExpiredNow {
				s.Now.Paths[0].Problems = []certpath.Problem{{Code: "expired-now", Certificate: s.Certificate}}
			}
			r := Judge(f, p)
			found := false
			for _, x := range r.Reasons {
				if x.Code == c.code {
					found = true
					if got := strings.Join(x.hints, "\n"); got != c.want {
						t.Errorf("hints %q, want %q", got, c.want)
					}
				}
			}
			flat := strings.Join(strings.Fields(r.Text(Style{Width: 200})), " ")
			if !found || !strings.Contains(flat, c.says) || strings.Contains(flat, "smimectl verify") {
				t.Errorf("reasons %v, %q does not say %q, or to verify", r.Reasons, flat, c.says)
			}
		})
	}
}
