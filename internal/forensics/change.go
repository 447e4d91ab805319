package forensics

// change is a row of the table: something that transports do, and how it may be undone.
type change struct {
	kind Kind
	// likely tries the few candidates that are right nearly always, rest the others. Each calls search.try until
	// that says stop.
	likely, rest func(*search, *form)
	twice        bool // it happens at two places of one mail
}

// changes is the table, in the order in which the rows are tried: where two rows would undo the same change, the
// narrower one comes first, and additions come last.
func changes() []change {
	return []change{
		{kind: LineEndings, likely: lineEndings, rest: lineEndingsEncoded},
		{kind: MboxFrom, likely: mboxFrom, rest: mboxFromSome},
		{kind: MboxUnquoted, likely: mboxUnquoted, rest: mboxUnquotedSome},
		{kind: DotStuffing, likely: dots, rest: dotsSome},
		{kind: TrailingBlanks, likely: trailingBlanks, rest: trailingBlanksSome},
		{kind: BlanksAdded, likely: blanksAdded, rest: blanksAddedSome},
		{kind: LastLineEnd, likely: lastLineEnd, rest: lastLineEndRest, twice: true},
		{kind: SpaceStuffing, likely: spaceStuffing, rest: spaceStuffingSome},
		{kind: Tabs, likely: tabs, rest: tabsSome},
		{kind: LongLines, likely: longLines, rest: wrappedLines},
		{kind: ByteOrderMark, likely: byteOrderMark, rest: byteOrderMarkEncoded},
		{kind: ReEncoded, likely: reEncoded, rest: reEncodedRest, twice: true},
		{kind: Rewrapped, likely: rewrapped, rest: rewrappedRest, twice: true},
		{kind: Charset, likely: charset, rest: charsetRest, twice: true},
		{kind: HeaderFolding, likely: headerFolding, rest: headerFoldingSome},
		{kind: HeaderOrder, likely: headerOrder, rest: headerOrderRest},
		{kind: HeaderSpelling, likely: headerSpelling, rest: headerSpellingSome},
		{kind: HeaderDropped, likely: headerDropped, rest: headerDroppedRest, twice: true},
		{kind: Boundary, likely: boundary},
		{kind: Preamble, likely: preamble},
		{kind: Wrapped, likely: wrapped},
		{kind: PartAdded, likely: partAdded},
		{kind: HeaderAdded, likely: headerAdded, rest: headerAddedSome, twice: true},
		{kind: Footer, likely: footer, rest: footerRest, twice: true},
		{kind: Banner, likely: banner, rest: bannerEncoded, twice: true},
	}
}
