package verdict

import (
	"fmt"

	"smimectl/internal/algorithm"
)

// WeakestReport is the weakest link of a layer that several people can open, or have
// signed: who breaks it needs no other (NIST SP 800-57 Part 1, Section 5.6).
type WeakestReport struct {
	What        string  `json:"what"`  // "recipient", "signer", "cipher"
	Index       *int    `json:"index"` // of the recipient or signer; null for the cipher
	Who         *string `json:"who"`   // the address, where it is known
	Key         string  `json:"key"`   // for people: "RSA 2048"
	Bits        int     `json:"bits"`  // security strength; 0: less than 80
	PostQuantum bool    `json:"post_quantum"`

	varied bool // there are stronger ones beside it
}

// link is one way to break a layer.
type link struct {
	what     string
	index    int
	who, key string
	strength algorithm.Strength
}

// weakest finds the weakest one; nil when there are less than two to compare.
func weakest(links []link) *WeakestReport {
	if len(links) < 2 {
		return nil
	}
	least, varied := links[0], false
	for _, l := range links[1:] {
		varied = varied || l.what != "cipher" && l.strength != links[0].strength
		if l.strength.Weaker(least.strength) {
			least = l
		}
	}
	varied = varied || least.what == "cipher"
	w := &WeakestReport{What: least.what, Who: orNil(least.who), Key: least.key, Bits: least.strength.Bits, PostQuantum: least.strength.PostQuantum, varied: varied}
	if least.what != "cipher" {
		index := least.index
		w.Index = &index
	}
	return w
}

// weakestRecipient compares the recipients of an encrypted layer and, when there are
// several, the cipher.
func weakestRecipient(e *Encrypted) *WeakestReport {
	var links []link
	for i, r := range e.Recipients {
		if r.StrengthOf != "" {
			links = append(links, link{"recipient", i, r.Address, r.StrengthOf, r.Strength})
		}
	}
	if len(links) > 1 && e.CipherStrength.Bits > 0 {
		links = append(links, link{what: "cipher", key: e.CipherTitle, strength: e.CipherStrength})
	}
	return weakest(links)
}

// weakestSigner compares the signers of a layer: somebody can take the other signatures
// off and leave the one that he can make.
func weakestSigner(signers []Signer) *WeakestReport {
	var links []link
	for i, s := range signers {
		if s.Certificate == nil {
			continue
		}
		if key, err := s.Certificate.PublicKey(); err == nil {
			who := ""
			if list := s.Certificate.Addresses(); len(list) > 0 {
				who = list[0].String()
			}
			links = append(links, link{"signer", i, who, key.Title, key.Strength()})
		}
	}
	return weakest(links)
}

// row is the row of a screen; an empty one where all are as strong as each other.
func (w *WeakestReport) row() row {
	if w == nil || !w.varied {
		return row{}
	}
	value := w.Key
	if w.Who != nil {
		value += " of " + *w.Who
	}
	remark := fmt.Sprintf("%d bits of security", w.Bits)
	if w.Bits == 0 {
		remark = "less than 80 bits of security"
	}
	if w.PostQuantum {
		remark += ", post-quantum"
	} else {
		remark += ", not post-quantum"
	}
	return row{Label: "Weakest", Value: value, Remark: remark}
}
