// Package hostiletest builds the catalogue of hostile messages: what attacks,
// faulty programs and the post have done to signed and encrypted mail, each
// with the verdict that it must get. The cases are made out of good messages by
// a tree editor and signed again where the change is the signer's own, so that
// each fails for its own reason and not because a signature broke.
//
// Cases are numbered A1 to A175 by the property they attack. It is imported by
// tests alone.
package hostiletest
