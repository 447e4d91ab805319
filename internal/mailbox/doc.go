// Package mailbox finds mails where people keep them: in files, mbox files, Maildirs and
// folders of any of these, and by the names in a list. It says where each mail is and
// where what becomes of it belongs; what is in a mail it leaves to others.
package mailbox
