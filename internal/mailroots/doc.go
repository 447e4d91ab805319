// Package mailroots holds lists of public roots for e-mail: the list that is
// built into the program, and newer ones in the same form.
//
// A list is a PEM file whose first lines say where it comes from, its date, how
// many roots it has, and a SHA-256 over the rest. Reading a list costs a look at
// these lines; the certificates are indexed by their subjects when the first name
// is looked up, and only those of a wanted name are parsed. The package also reads
// certdata.txt, the text form of PKCS#11 objects in which Mozilla publishes its
// roots, and takes those with the trust bit for e-mail.
//
// It judges nothing: whether a path to a root is good is for certpath (RFC 5280,
// Section 6). It reads no files and no clock.
package mailroots
