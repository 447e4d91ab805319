package algorithm

import "slices"

// Row is one line of one table of this package, for people who want to see what
// there is.
type Row struct {
	Table    string   // one of TableNames
	Name     string   // as in options and reports
	OID      OID      //
	Status   Status   //
	Written  bool     // is made as well as read
	Keys     []string // kinds of the keys it goes with; names of those that are made, in the table of keys
	Digest   string   // the digest of a signature; empty where any will do
	Standard string   // document and clause
}

// TableNames returns the names of the tables, in the order of Rows.
func TableNames() []string {
	var names []string
	for _, t := range describers {
		names = append(names, t.name)
	}
	return names
}

// Rows returns every line of every table: what this package computes with, and
// nothing besides. A new line of a table is here by itself.
func Rows() []Row {
	var list []Row
	for _, t := range describers {
		list = append(list, RowsOf(t.name)...)
	}
	return list
}

// RowsOf returns the lines of one table, and makes no other: a name on a command line is
// looked up in it at each start.
func RowsOf(table string) []Row {
	var list []Row
	for _, t := range describers {
		if t.name == table {
			list = t.rows()
		}
	}
	for i := range list {
		list[i].Table = table
	}
	return list
}

// describers put the lines of one table each into words. (They are made when asked
// for: the program starts without them.)
var describers = []struct {
	name string
	rows func() []Row
}{
	{"signature", describeSignatures},
	{"digest", describeDigests},
	{"key-transport", describeTransports},
	{"key-agreement", describeAgreements},
	{"key-encapsulation", describeKEMs},
	{"key-derivation", describeDerivations},
	{"key-wrap", describeWraps},
	{"cipher", describeCiphers},
	{"compression", describeCompressions},
	{"curve", describeCurves},
	{"key", describeKeys},
}

func describeDigests() []Row {
	var list []Row
	for _, d := range digests {
		list = append(list, Row{Name: d.Name, OID: d.OID, Status: d.Status, Written: d.Status == Current, Standard: d.standard})
	}
	return list
}

// describeSignatures reads each row as a message would have it: by its OID alone, or
// with the parameters that have to stand there, or with a digest beside it.
func describeSignatures() []Row {
	var list []Row
	for row := range signatures.rows() {
		id, anyDigest := Identifier{OID: row.oid}, false
		if row.usual != nil {
			id.Parameters, anyDigest = row.usual(), true
		}
		s, err := row.read(id, nil)
		if err != nil {
			anyDigest = true
			if s, err = row.read(id, sha256Digest); err != nil {
				panic("algorithm: internal error: a row of the signatures cannot be read: " + err.Error())
			}
		}
		r := Row{Name: s.Name, OID: row.oid, Status: s.Status, Written: s.Status == Current && s.sign != nil, Keys: []string{s.kind}, Standard: row.standard}
		if !anyDigest && !s.AnyDigest {
			r.Digest = s.Digest.Name
		}
		list = append(list, r)
	}
	return list
}

func describeTransports() []Row {
	var list []Row
	for i := range keyTransports {
		for _, t := range keyTransports[i].written() {
			list = append(list, Row{Name: t.FullName(), OID: keyTransports[i].oid, Status: t.Status, Written: true, Keys: []string{"rsa"}, Standard: keyTransports[i].standard})
		}
	}
	return list
}

func describeAgreements() []Row {
	var list []Row
	for row := range keyAgreements.rows() {
		keys := row.fits
		if len(keys) == 0 {
			for k := range originatorKeys {
				keys = append(keys, originatorKeys[k].kind)
			}
		}
		list = append(list, Row{Name: row.name, OID: row.oid, Status: row.status, Written: len(row.fits) > 0, Keys: slices.Clone(keys), Standard: row.standard})
	}
	return list
}

func describeKEMs() []Row {
	var list []Row
	for _, row := range keyKEMs {
		list = append(list, Row{Name: row.name, OID: row.oid, Status: row.status, Written: true, Keys: []string{row.name}, Standard: row.standard})
	}
	return list
}

// describeDerivations has those of a key encapsulation and of a password; those of a
// key agreement are part of its rows.
func describeDerivations() []Row {
	var list []Row
	for i, row := range kemDerivations {
		list = append(list, Row{Name: "hkdf-" + row.kdf.hash.Name, OID: row.oid, Written: i == 0, Standard: "RFC 8619, Section 2"})
	}
	for _, p := range prfs {
		list = append(list, Row{Name: "pbkdf2-" + p.Name, OID: p.OID, Written: p == WrittenPRF(), Standard: "RFC 8018, Appendix B.1"})
	}
	return list
}

func describeWraps() []Row {
	var list []Row
	for _, w := range keyWraps {
		list = append(list, Row{Name: w.Name, OID: w.OID, Status: w.Status, Written: w.wrap != nil, Standard: w.standard})
	}
	return list
}

func describeCiphers() []Row {
	var list []Row
	for c := range contentCiphers.rows() {
		list = append(list, Row{Name: c.Name, OID: c.OID, Status: c.Status, Written: !c.ReadOnly, Standard: c.standard})
	}
	return list
}

func describeCompressions() []Row {
	var list []Row
	for _, c := range compressions {
		list = append(list, Row{Name: c.Name, OID: c.OID, Written: c == WrittenCompression(), Standard: c.standard})
	}
	return list
}

// describeCurves has the curves that parameters of a key name, and those that are an
// algorithm of their own, which the table of keys has too: who asks for a curve finds
// all of them in one place. Written are those whose keys are signed with or encrypted to.
func describeCurves() []Row {
	var list []Row
	for i := range ecCurves {
		c := &ecCurves[i]
		list = append(list, Row{Name: c.name, OID: c.oid, Written: c.brainpool == nil, Keys: []string{"ec"}, Standard: c.standard})
	}
	for _, kind := range slices.Concat(rfc8410KeyKinds, x448KeyKinds, ed448KeyKinds) {
		list = append(list, Row{Name: kind.name, OID: kind.oid, Status: kind.status, Written: len(kind.generate) > 0, Keys: []string{kind.name}, Standard: kind.standard})
	}
	return list
}

// describeKeys says which keys are read, and the names of those that are made.
func describeKeys() []Row {
	var list []Row
	for kind := range keyKinds.rows() {
		r := Row{Name: kind.name, OID: kind.oid, Status: kind.status, Written: len(kind.generate) > 0, Standard: kind.standard}
		for _, g := range kind.generate {
			r.Keys = append(r.Keys, g.name)
		}
		list = append(list, r)
	}
	return list
}
