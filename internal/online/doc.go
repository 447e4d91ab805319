// Package online fetches what certificates name: the certificates of issuers
// and revocation lists over HTTP (RFC 2585, RFC 5280, Sections 4.2.1.13 and
// 4.2.2.1), and the answers of OCSP responders (RFC 6960, Appendix A).
//
// It is the only package that uses the network. Addresses stand in certificates,
// so that a sender chooses which machines are called: an exchange is limited in
// time, in octets and in redirects, and so are all exchanges for one message
// together. Only http and https are spoken; ldap is named as not fetched. There
// are no cookies, no credentials and no compression.
//
// Nothing that is fetched is believed here. Certificates come back as
// candidates, lists and responses as evidence, which internal/certpath checks
// like any other.
package online
