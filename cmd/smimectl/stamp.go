package main

import (
	"crypto/rand"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
	"smimectl/internal/message"
	"smimectl/internal/verdict"
)

// stampFlags are how sign gets time stamps (RFC 3161); encrypt --sign has the URL alone.
type stampFlags struct {
	url   string // of an authority
	query string // file to write a question to
	reply string // file with an answer
}

// later says that nothing is signed: a mail that was is stamped.
func (f *stampFlags) later() bool { return f.query != "" || f.reply != "" }

// The two ways to a time stamp that could not be had while a mail was signed.
const (
	stampAfterwards = "try again, or sign without a time stamp and add one later:  smimectl sign --timestamp-query QUERY.tsq SIGNED.eml"
	stampBefore     = "try again, or sign first, add the time stamp later, and encrypt what comes of it:  smimectl sign --timestamp-query QUERY.tsq SIGNED.eml"
)

// timeStamper gets a time stamp for each signature from an authority; nil when
// none is asked for. The URL on the command line is the leave to use the network.
// otherwise is the hint where there is none to be had.
func (a *app) timeStamper(f *stampFlags, otherwise string) func(*cms.SignerInfo) ([]byte, error) {
	if f.url == "" {
		return nil
	}
	client := a.client()
	return func(si *cms.SignerInfo) ([]byte, error) {
		nonce := make([]byte, 16)
		rand.Read(nonce)                // never fails
		nonce[0] = nonce[0]&0x7f | 0x40 // a positive number, in its shortest form
		failed := func(err error) error { return stampError(f.url, err).withHint("%s", otherwise) }
		query, err := message.TimeStampQuery(si, nonce)
		if err != nil {
			return nil, failed(err)
		}
		answer, err := client.TimeStamp(f.url, query)
		if err != nil {
			return nil, failed(err)
		}
		token, err := message.ReadTimeStamp(answer, si, nonce, nil, cms.Limits{})
		if err != nil {
			return nil, failed(err)
		}
		a.inform("stamped by %s at %s", verdict.Escape(makerOf(token)), token.Info.Time.UTC().Format("2006-01-02 15:04:05 UTC"))
		a.warnOfDrift(token.Info)
		return token.Raw, nil
	}
}

// checkURL refuses, before anything is asked for or read, an address that cannot
// be asked. It is not repeated: there may be a password in it.
func (f *stampFlags) checkURL() error {
	if f.url == "" {
		return nil
	}
	const hint = "--tsa http://tsa.example/tsr"
	u, err := url.Parse(f.url)
	switch {
	case err != nil:
		return usageErrorf("the URL of --tsa cannot be read").withHint(hint)
	case u.User != nil:
		return usageErrorf("the URL of --tsa has a user or a password in it, and authorities are asked without").withHint(hint)
	case u.Scheme != "http" && u.Scheme != "https":
		return usageErrorf("the URL of --tsa does not begin with http:// or https://").withHint(hint)
	case u.Hostname() == "":
		return usageErrorf("the URL of --tsa names no host").withHint(hint)
	}
	return nil
}

// maxStampDrift is how far the clock of an authority may be from ours before that
// is said: one of them is wrong, and whoever reads the mail sees it.
const maxStampDrift = 5 * time.Minute

// warnOfDrift says that the time in a stamp is not that of our clock.
func (a *app) warnOfDrift(info *cms.TSTInfo) {
	now := a.env.now()
	off := info.Time.Sub(now)
	if off.Abs() <= maxStampDrift || off.Abs()-maxStampDrift <= info.Accuracy {
		return
	}
	relation := "behind"
	if off > 0 {
		relation = "ahead of"
	}
	a.inform("warning: the time stamp says %s, %s the clock here, %s; one of them is wrong", info.Time.UTC().Format("2006-01-02 15:04:05 UTC"), relation, now.UTC().Format("2006-01-02 15:04:05 UTC"))
}

// stampError is what ends the work when an authority gives no stamp. Nothing of
// the mail is at fault, and trying again may help.
func stampError(address string, err error) *cliError {
	return machineError("no time stamp from", address, plainStampError(err))
}

// plainStampError says what is wrong with an answer without the floor's name.
func plainStampError(err error) error {
	var fault *cms.TimeStampError
	var refused *message.TimeStampRefused
	var malformed *cms.MalformedError
	switch {
	case errors.As(err, &fault):
		return errors.New("the answer does not do: " + fault.Detail)
	case errors.As(err, &refused):
		return errors.New("it refuses: " + refused.Reason)
	case errors.As(err, &malformed):
		return errors.New("the answer cannot be read: " + malformed.Detail)
	}
	return err
}

// makerOf names who made a token, by the certificate in it.
func makerOf(token *cms.TimeStampToken) string {
	for _, c := range token.Data.Certificates {
		if token.Signer().ID.Matches(c) {
			return c.DisplayName()
		}
	}
	return "somebody"
}

// stampLater writes the question for a time stamp of a signed mail, or puts the
// answer into it.
func (a *app) stampLater(o *signOptions, name string) *outcome {
	fail := func(err error) *outcome { return a.failed("sign", name, err) }
	if err := o.notWithStamps(); err != nil {
		return fail(err)
	}
	in, err := a.openInput(name)
	if err != nil {
		return fail(err)
	}
	defer in.close()
	signed, err := message.ReadSignedFile(in.source, cms.Limits{}, a.env.spoolOptions())
	if err != nil {
		return fail(composeError(name, err))
	}
	defer signed.Close()
	si, err := a.signerToStamp(o, signed.Data)
	if err != nil {
		return fail(err)
	}
	if o.stamp.query != "" {
		query, err := message.TimeStampQuery(si, nil)
		if err != nil {
			return fail(composeError(name, err))
		}
		return a.writeStamped(name, o.stamp.query, func(out *output) error { _, err := out.Write(query); return err })
	}
	answer, err := readSmall(o.stamp.reply)
	if err != nil {
		return fail(err)
	}
	others, err := furtherCertificates(&o.trust)
	if err != nil {
		return fail(err)
	}
	token, err := message.ReadTimeStamp(answer, si, nil, others, cms.Limits{})
	if err != nil {
		return fail(messageErrorf(verdict.TimestampInvalid, "%s is no time stamp for this signature: %s", quoted(o.stamp.reply), verdict.Escape(plainStampError(err).Error())).
			withHint("write the question for this mail and have it answered:  smimectl sign --timestamp-query QUERY.tsq %s", quoted(name)))
	}
	if err := signed.Data.AddTimeStamp(si, token.Raw); err != nil {
		return fail(composeError(name, err))
	}
	result := a.writeStamped(name, o.output, func(out *output) error { return signed.Write(out) })
	if result.err == nil {
		a.inform("stamped by %s at %s", verdict.Escape(makerOf(token)), token.Info.Time.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	return result
}

// writeStamped writes an output whole or not at all.
func (a *app) writeStamped(name, target string, write func(out *output) error) *outcome {
	out, err := newOutput(a.env, target, false)
	if err != nil {
		return a.failed("sign", name, err)
	}
	if err := write(out); err != nil {
		out.discard()
		return a.failed("sign", name, composeError(name, err))
	}
	if err := out.commit(); err != nil {
		out.discard()
		return a.failed("sign", name, err)
	}
	return a.done("sign", name, nil, &message.Composed{})
}

// notWithStamps refuses what makes a signature where one is stamped.
func (o *signOptions) notWithStamps() error {
	if o.stamp.query != "" && o.stamp.reply != "" {
		return usageErrorf("--timestamp-query and --timestamp-file exclude each other").withHint("first the one, then the other, for the same FILE")
	}
	if o.stamp.url != "" {
		return usageErrorf("--tsa stamps what is signed now; FILE of --timestamp-query and --timestamp-file is signed already")
	}
	if o.stamp.query != "" && o.output != "" {
		return usageErrorf("--timestamp-query writes the question alone, and no mail to -o")
	}
	for _, flag := range []struct {
		set  bool
		name string
	}{{o.opaque, "--opaque"}, {o.add, "--add"}, {o.raw, "--raw"}, {o.pss, "--pss"}, {o.digest != "", "--digest"}, {o.entity, "--entity"}} {
		if flag.set {
			return usageErrorf("%s is for signing; FILE of --timestamp-query and --timestamp-file is signed already", flag.name)
		}
	}
	return nil
}

// signerToStamp is the one whose signature is stamped: the only one, or the one
// that -i names.
func (a *app) signerToStamp(o *signOptions, sd *cms.SignedData) (*cms.SignerInfo, error) {
	if len(o.identity.who) == 0 {
		if len(sd.Signers) == 1 {
			return sd.Signers[0], nil
		}
		e := usageErrorf("it has %d signers", len(sd.Signers))
		for _, si := range sd.Signers {
			if c := certificateOf(si, sd); c != nil {
				e.withHint("name one:  -i %s", verdict.Escape((&identity{certificate: c, name: c.Fingerprint()}).who()))
			}
		}
		return nil, e
	}
	var found []*cms.SignerInfo
	for _, who := range o.identity.who {
		named := func(c *cert.Certificate) bool { return c != nil && isNamed(who, c) }
		if isFile(who) {
			list, err := readCertificates(who)
			if err != nil {
				return nil, err
			}
			named = func(c *cert.Certificate) bool { return c != nil && slices.ContainsFunc(list, c.Equal) }
		}
		for _, si := range sd.Signers {
			if named(certificateOf(si, sd)) && !slices.Contains(found, si) {
				found = append(found, si)
			}
		}
	}
	if len(found) != 1 {
		return nil, usageErrorf("-i %s names %d of its %d signers", verdict.Escape(strings.Join(o.identity.who, " ")), len(found), len(sd.Signers)).
			withHint("see who they are:  smimectl inspect FILE")
	}
	return found[0], nil
}

func certificateOf(si *cms.SignerInfo, sd *cms.SignedData) *cert.Certificate {
	for _, c := range sd.Certificates {
		if si.ID.Matches(c) {
			return c
		}
	}
	return nil
}

// isNamed reports whether an address or the beginning of a fingerprint is that of
// a certificate.
func isNamed(who string, c *cert.Certificate) bool {
	if address, err := cert.ParseAddress(who); err == nil {
		return certpath.MatchesAddress(c, address)
	}
	const shortest = 8
	hex := strings.ToLower(strings.Map(hexOnly, who))
	return len(hex) >= shortest && strings.HasPrefix(c.Fingerprint(), hex)
}

func (f *stampFlags) add(cmd *cobra.Command) {
	f.addURL(cmd)
	flags := cmd.Flags()
	flags.Var(once(&f.query, "FILE"), "timestamp-query", "FILE is signed already: write the question for a time stamp of it")
	flags.Var(once(&f.reply, "FILE"), "timestamp-file", "FILE is signed already: add the time stamp of this answer")
}

// addURL adds what encrypt --sign has too: a signature inside is not reached later.
func (f *stampFlags) addURL(cmd *cobra.Command) {
	cmd.Flags().Var(once(&f.url, "URL"), "tsa", "have the signature stamped by the time-stamping authority at URL (uses the network)")
}
