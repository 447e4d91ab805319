package online

// TimeStamp puts a question to the time-stamping authority at an address (RFC 3161,
// Section 3.4), which the user has typed: it may be on a private network, and on
// this machine. The answer is not read here. It is nobody else's, so that
// nothing of it is kept, and a redirect is not followed.
func (c *Client) TimeStamp(address string, query []byte) ([]byte, error) {
	return c.exchange(request{
		address: address, body: query, kind: "application/timestamp-query", accept: "application/timestamp-reply",
		only: true, max: c.limits.Stamp, own: true,
	}, c.limits.Exchange)
}
