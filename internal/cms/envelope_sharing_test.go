package cms

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/stage"
)

// slow takes its time with each piece, so that who reads finds no room for the next one.
type slow struct {
	stage.Writer
	wait func()
}

func (s slow) Lend(p []byte) error {
	s.wait()
	return s.Writer.Lend(p)
}

// counted counts the pieces it decrypts.
type counted struct {
	algorithm.Resumer
	n *int
}

func (c counted) Update(dst, src []byte) []byte {
	*c.n++
	return c.Resumer.Update(dst, src)
}

// TestSharing: whoever decrypts a piece, the content is the same, and so is the error.
func TestSharing(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	for _, name := range []string{"aes-256-cbc", "aes-128-gcm"} {
		for _, size := range []int{8 * pieceSize, 30*pieceSize - 1, 30 * pieceSize, 30*pieceSize + 100} {
			plain := content(size)
			message := encrypted(t, plain, name, true, Recipient{Certificate: who.cert})
			cek := keyOf(t, message, who)
			wrong := bytes.Clone(cek)
			wrong[0] ^= 2
			for some := range 3 { // some pieces are waited for, and none
				for _, serial := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s/%d/%d/%v", name, size, some, serial), func(t *testing.T) {
						read := func(message, cek []byte) (helped int, p passed, err error) {
							var e *Envelope
							pieces := 0
							e, err = ReadEnvelopePassing(bytes.NewReader(message), Passing{Head: 100,
								Key: func(env *Envelope) []byte {
									e = env
									return cek
								},
								Place: func(head []byte, whole bool) stage.Writer {
									if s := e.passing.shares; s != nil {
										s.reader = counted{s.reader, &helped}
									}
									return slow{p.place(serial)(head, whole), func() {
										if pieces++; some > 0 && pieces%some == 0 {
											time.Sleep(500 * time.Microsecond)
										}
									}}
								}}, Limits{Serial: serial})
							if err == nil {
								_, err = e.Passed()
							}
							return helped, p, err
						}
						helped, p, err := read(message, cek)
						if err != nil || !bytes.Equal(p.Bytes(), plain) {
							t.Errorf("%d octets, %v; who reads decrypted %d pieces", p.Len(), err, helped)
						}
						if share := !serial && name != "aes-128-gcm"; (!share || size < 10*pieceSize) && helped > 0 || share && some == 1 && size > 20*pieceSize && helped == 0 {
							t.Errorf("who reads decrypted %d pieces", helped)
						}
						if _, p, err = read(message, wrong); err == nil && name == "aes-128-gcm" || bytes.Equal(p.Bytes(), plain) {
							t.Error("another key decrypts it")
						}
					})
				}
			}
		}
	}
}
