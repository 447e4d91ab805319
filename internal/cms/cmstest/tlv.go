package cmstest

import (
	"bytes"
	"fmt"
	"slices"

	"smimectl/internal/cms/ber"
)

// Node is one element of a tree. Constructed elements have Children,
// primitive ones Value.
type Node struct {
	Tag         ber.Tag
	Constructed bool
	Value       []byte
	Children    []*Node

	// How it is encoded:
	Indefinite  bool // with an indefinite length, if it is constructed
	LengthSize  int  // octets of the length's long form, more than needed; 0 shortest
	Length      *uint64
	NoEnd       bool   // leave out the end-of-contents
	Replacement []byte // these octets instead of all
}

// Parse takes one element apart. Nothing may follow it.
func Parse(raw []byte) (*Node, error) {
	r := ber.NewBytesReader(raw, ber.Limits{Depth: 1 << 20})
	n, err := parse(r)
	if err != nil {
		return nil, err
	}
	if _, err := r.End(); err != nil {
		return nil, err
	}
	return n, nil
}

// MustParse is Parse for input that is known to be good.
func MustParse(raw []byte) *Node {
	n, err := Parse(raw)
	if err != nil {
		panic(err)
	}
	return n
}

func parse(r *ber.Reader) (*Node, error) {
	h, err := r.Peek()
	if err != nil {
		return nil, err
	}
	n := &Node{Tag: h.Tag, Constructed: h.Constructed, Indefinite: h.Indefinite}
	if shortest := len(ber.AppendHeader(nil, h.Tag, h.Constructed, h.Length)); !h.Indefinite && h.Size > shortest {
		n.LengthSize = h.Size - (shortest - len(lengthOctets(h.Length))) - 1
	}
	if !h.Constructed {
		n.Value, err = r.Octets(h.Tag, 1<<40)
		return n, err
	}
	if err := r.Enter(h.Tag); err != nil {
		return nil, err
	}
	for {
		more, err := r.More()
		if err != nil {
			return nil, err
		}
		if !more {
			return n, r.Leave()
		}
		child, err := parse(r)
		if err != nil {
			return nil, err
		}
		n.Children = append(n.Children, child)
	}
}

// Encode returns the octets of the tree, as it says.
func (n *Node) Encode() []byte {
	if n.Replacement != nil {
		return n.Replacement
	}
	contents := n.Value
	if n.Constructed {
		contents = nil
		for _, c := range n.Children {
			contents = append(contents, c.Encode()...)
		}
	}
	length := uint64(len(contents))
	if n.Length != nil {
		length = *n.Length
	}
	header := ber.AppendHeader(nil, n.Tag, n.Constructed, length)
	identifier := len(header) - len(lengthOctets(length))
	switch {
	case n.Indefinite && n.Constructed:
		out := append(append(header[:identifier:identifier], 0x80), contents...)
		if !n.NoEnd {
			out = append(out, 0, 0)
		}
		return out
	case n.LengthSize > 0:
		header = append(header[:identifier:identifier], 0x80|byte(n.LengthSize))
		for i := n.LengthSize - 1; i >= 0; i-- {
			octet := byte(0)
			if i < 8 {
				octet = byte(length >> (8 * i))
			}
			header = append(header, octet)
		}
	}
	return append(header, contents...)
}

func lengthOctets(length uint64) []byte {
	return ber.AppendHeader(nil, ber.Null, false, length)[1:]
}

// Walk calls f for the node and all below it, outside in.
func (n *Node) Walk(f func(*Node)) {
	f(n)
	for _, c := range n.Children {
		c.Walk(f)
	}
}

// DER makes all lengths definite and shortest, and joins the segments of OCTET
// STRINGs. It returns n.
func (n *Node) DER() *Node {
	n.Walk(func(m *Node) {
		m.Indefinite, m.LengthSize = false, 0
		if m.Tag == ber.OctetString && m.Constructed {
			m.Value, m.Constructed, m.Children = m.Join(), false, nil
		}
	})
	return n
}

// Join returns the octets of a string, primitive or in segments.
func (n *Node) Join() []byte {
	if !n.Constructed {
		return n.Value
	}
	var out []byte
	for _, c := range n.Children {
		out = append(out, c.Join()...)
	}
	return out
}

// AllIndefinite makes all lengths of constructed elements indefinite. It
// returns n.
func (n *Node) AllIndefinite() *Node {
	n.Walk(func(m *Node) { m.Indefinite = m.Constructed })
	return n
}

// Segment makes a primitive OCTET STRING a constructed one with segments of
// the given size.
func (n *Node) Segment(size int) *Node {
	value := n.Join()
	n.Constructed, n.Value, n.Children = true, nil, nil
	for len(value) > 0 {
		k := min(size, len(value))
		n.Children = append(n.Children, Primitive(ber.OctetString, value[:k]))
		value = value[k:]
	}
	return n
}

// At returns the descendant at a path of child numbers. It panics if there is
// none.
func (n *Node) At(path ...int) *Node {
	for _, i := range path {
		if i < 0 {
			i += len(n.Children)
		}
		if i < 0 || i >= len(n.Children) {
			panic(fmt.Sprintf("cmstest: no child %d of %s", i, n.Tag))
		}
		n = n.Children[i]
	}
	return n
}

// Find returns the first child with a tag, or nil.
func (n *Node) Find(tag ber.Tag) *Node {
	for _, c := range n.Children {
		if c.Tag == tag {
			return c
		}
	}
	return nil
}

// Clone returns a deep copy.
func (n *Node) Clone() *Node {
	c := *n
	c.Value = slices.Clone(n.Value)
	c.Children = nil
	for _, child := range n.Children {
		c.Children = append(c.Children, child.Clone())
	}
	return &c
}

// Insert puts children before position i; i may be the number of children.
func (n *Node) Insert(i int, children ...*Node) *Node {
	n.Children = slices.Insert(n.Children, i, children...)
	return n
}

// Remove takes child i out.
func (n *Node) Remove(i int) *Node {
	n.Children = slices.Delete(n.Children, i, i+1)
	return n
}

// Sort sorts the children as DER sorts a SET OF.
func (n *Node) Sort() *Node {
	slices.SortFunc(n.Children, func(a, b *Node) int { return bytes.Compare(a.Encode(), b.Encode()) })
	return n
}

// Primitive makes a primitive node.
func Primitive(tag ber.Tag, value []byte) *Node { return &Node{Tag: tag, Value: value} }

// Constructed makes a constructed node.
func Constructed(tag ber.Tag, children ...*Node) *Node {
	return &Node{Tag: tag, Constructed: true, Children: children}
}

// Raw makes a node that is encoded as the given octets.
func Raw(octets []byte) *Node { return &Node{Replacement: octets} }
