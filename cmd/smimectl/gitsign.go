package main

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"strings"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/message"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// gitLabel is the PEM label that git asks of X.509 signatures.
const gitLabel = "SIGNED MESSAGE"

// maxGitPayload is far above what a commit or a tag holds.
const maxGitPayload = 64 << 20

// runGit answers git as gpg.x509.program.
func (a *app) runGit(c gitCall) int {
	status := &gitStatus{w: a.env.stderr}
	if c.statusFD == 1 {
		status.w = a.env.stdout
	}
	if c.sign {
		if err := a.gitSign(c, status); err != nil {
			return a.fail(err)
		}
		return exitYes
	}
	return a.gitVerify(c, status)
}

// payload reads what is signed: a commit or a tag, octet by octet.
func (a *app) gitPayload() ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(a.env.stdin, maxGitPayload+1))
	switch {
	case err != nil:
		return nil, machineError("cannot read", standardInput, err)
	case len(data) > maxGitPayload:
		return nil, messageErrorf(verdict.TooLarge, "what git wants signed is larger than %d MiB", maxGitPayload>>20)
	}
	return data, nil
}

func (a *app) gitSign(c gitCall, status *gitStatus) error {
	o := &signOptions{raw: true, code: true}
	o.identity.passphrase.env = a.env
	o.identity.who = []string{gitWho(c.key)}
	if err := a.checkTrust(&o.trust); err != nil {
		return err
	}
	payload, err := a.gitPayload()
	if err != nil {
		return err
	}
	now := a.env.now().UTC()
	signers, ids, err := a.signers(o, []cert.Address{}, false, now)
	if err != nil {
		return gitSignError(c.key, err)
	}
	status.line("BEGIN_SIGNING")
	var object bytes.Buffer
	if err := message.SignRaw(&object, spool.Bytes(payload), message.SignOptions{Signers: signers, Time: now}); err != nil {
		return composeError("-", err)
	}
	if _, err := a.env.stdout.Write(pem.EncodeToMemory(&pem.Block{Type: gitLabel, Bytes: object.Bytes()})); err != nil {
		return stdoutError(err)
	}
	id := ids[0]
	digest := ""
	if scheme, err := algorithm.SignatureFor(id.public, signers[0].Options); err == nil && scheme.Digest != nil {
		digest = scheme.Digest.Name
	}
	status.line("SIG_CREATED D %d %d 00 %s %s", gitKeyNumber(id.public.Name), gitHashNumber(digest), now.Format("20060102T150405"), strings.ToUpper(id.certificate.Fingerprint()))
	return stdoutError(status.err)
}

// gitSignError adds what a user of git does next.
func gitSignError(key string, err error) error {
	e, ok := err.(*cliError)
	switch {
	case ok && e.code == verdict.KeyMissing:
		return e.withHint("git asked for %s; name another:  git config user.signingkey ADDRESS", quoted(key))
	case ok && e.code == verdict.CertificateUnfit: // user.signingkey names one certificate, and stays when it is renewed
		return e.withHint("git asked for %s; have it ask for one that can be used:  smimectl git setup", quoted(key))
	}
	return err
}

// gitVerify judges a signature over what stands on standard input.
func (a *app) gitVerify(c gitCall, status *gitStatus) int {
	report, err := a.gitExamine(c)
	if err != nil {
		// git stops when there is no line about trust.
		status.line("NEWSIG")
		status.line("ERRSIG %s 1 8 00 0 4", strings.Repeat("0", 40))
		status.line("TRUST_UNDEFINED 0 shell")
		return a.fail(err)
	}
	status.verdict(report)
	if status.err != nil {
		return a.fail(stdoutError(status.err))
	}
	text := report.Text(a.style(a.env.stderr))
	if report.Good() && !a.global.verbose {
		text, _, _ = strings.Cut(text, "\n") // git log shows it for every commit
		text += "\n"
	}
	if _, err := io.WriteString(a.env.stderr, text); err != nil {
		return exitMachine
	}
	if report.Exit() == exitNothing { // a signature without a signer
		return exitNo
	}
	return report.Exit()
}

func (a *app) gitExamine(c gitCall) (*verdict.Report, error) {
	payload, err := a.gitPayload()
	if err != nil {
		return nil, err
	}
	signature, err := a.openInput(c.signature)
	if err != nil {
		return nil, err
	}
	defer signature.close()
	// Whether the signer is the committer is told apart: git itself never compares them.
	j := &judgeFlags{anyFrom: true}
	x, err := j.examiner(a)
	if err != nil {
		return nil, err
	}
	x.Policy.PurposeCode = true
	x.Policy.Flags = nil
	ex := x.Examine(message.Input{Command: "verify", Name: "-", Source: signature.source, Content: spool.Bytes(payload)})
	defer ex.Close()
	if note := committerNote(payload, ex.Report); note != "" {
		a.inform("note: %s", note)
	}
	return ex.Report, nil
}

// committerNote says that somebody else than the committer, or the tagger,
// signed: legal, and worth a look.
func committerNote(payload []byte, r *verdict.Report) string {
	signers := gitSigners(r)
	if len(signers) != 1 || signers[0].Certificate == nil {
		return ""
	}
	for line := range strings.Lines(string(payload)) {
		line = strings.TrimRight(line, "\n")
		if line == "" {
			return ""
		}
		role, value, _ := strings.Cut(line, " ")
		if role != "committer" && role != "tagger" {
			continue
		}
		value = value[:strings.LastIndexByte(value, '>')+1]
		boxes, err := cert.ParseMailboxes(value[strings.LastIndexByte(value, '<')+1 : max(len(value)-1, 0)])
		if err != nil || len(boxes) != 1 {
			return ""
		}
		for _, own := range signers[0].Addresses {
			if address, err := cert.ParseAddress(own); err == nil && address.Equal(boxes[0].Address) {
				return ""
			}
		}
		return fmt.Sprintf("the %s is %s, and %s signed it", role, verdict.Escape(boxes[0].Address.String()), verdict.Escape(gitName(signers[0])))
	}
	return ""
}
