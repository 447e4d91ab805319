package algorithm

import (
	"encoding/base64"
	"errors"
	"testing"
)

// opensslKeys are the public keys of the signatures below.
var opensslKeys = map[string]string{
	"dsa 1024-160": "MIIBuDCCASwGByqGSM44BAEwggEfAoGBAOZER6NhmcXwVzXa6WqvWmGCtBstCq8DiTxQu/5cDnUMqT3JJbcBCcSUwab6ZLEUUZixbvko3K9iO62bil1TjINai+ViSiV0oO6cG2u7cQQVBkGv89BZIO9Y/pOQbVEJ/gitQtNKOC2xDfpfQ4LcFUchpeC4pD4uEmG0u/Q54QLVAhUAkHkQvxifKX6XxeP1wKJuKEiENb8CgYEAz/X9urOCbSr5WCUKOb0O3eZO1MWXgPfCoWF9+m8JqZN3B26wS28rNcm6recr9epmAHfn22BjZOpQXtPlbPZMz1vR92K+CE0Dl6/omU6WlTgY4daQcG65LvOfB/8aE6MgXh6YX83kpk0u/vEEZ0jTWK6Cf3MfaaxqJQqmhS3xeWsDgYUAAoGBAIR2bj3gsdv/jZZn9lfbP1+Efa2QTBkz5Tzbgvv/VjsGJ+d5LZsFGcniX0aQrfMq1pUFadHdJ7QX37JFB4C/llbnHKXkXywnXlt4BqnXJAdEaj5vJh3cPpw2FdJXOmaPwWQ41xNteMvxFXiwKSmWShABJLXCbQ4HGOwrMSy8Lx7/",
	"dsa 2048-224": "MIIDQjCCAjUGByqGSM44BAEwggIoAoIBAQCVe635BkloolbfbIQvGc24A78EdhOT9R/vmF06HzpU1r+Tq5SfFqFYqAgDhmxXa2m9VeETQShCmTkaiHJs7YlJgsrg51aq0hY9YO+RQ1RdfTU2f9tsQlyVhDR3oCIRa5IHZOuj3Kc6vkdbPIdcyvl9D6OM6JkPVKDEPjAAq0dn7umeJ8eDwvgj0KAQ8vAI5m3+51GwZaGrqhdoI4yzEOeIUOPFRQInAq6B18rItxRoxZsCTA23rc+2E0E2j2k8h7pjqxcaPcerJ1Xv99cze31XomdXPretynC2zHBVt/NE01HsPodoNu8a/QMkxadXnvOXcH+5tky7hb08yO66wTXvAh0Ap4iKwayMKMwgORk7xx1vkWpFji0iLtzkL/u4uQKCAQBvMzD2VPo9BVWqt6aD/+5rMh4mG1W94G68UphiPsVfdSEVuRpLAVwVBtkk+Ib6Uety22onsL+NpQUpCea/6Tl8tO9c5MJgH3qTWlZmLhcM8L1lDiqQ24UD/6RDYJt9/jI+8UAPAPvRBDyLBQJ+8lgECMnNu/LsVU2nYQujjLSFwWekv89sBtvhjWfFnhzqFQS56B6RyiE6xPY3n9smYGIkquBfd5byiW6XVGOKE9DkANQo5K3D0c6sFA6UbcS88LDkPS7ej/xDXRAk3Ajwp37neFmvEqgsGTWuzqrjcTTwcaWHr8tBXYqv6kD7yvrYMbPU8+SQ/AppDR51LL+PJohjA4IBBQACggEACBKg0BRXtJbsaQp2zMf4wjiQrYHrIE5HIuXocfS73ywBxD5dFTEAYqhSp42rtnsvJBYNy2gP96O+0xR6EK4OtQNGtVNDCbLW1VcdvfIJJlOmJ7vK02Vk4CBUsLnGYBShII2bwqvA2UOTDD1FYt/0zJI9DHmvRm8Dzrt/nAC7hj+NPk0lZHvxcI0LUAAidBhsFKMAqsiGk2R/nwzkKoRI1YiwtNGeYbWaJrN+haW9XlOdOuTywQlb+NLt4mtVB4k3xtPPmZqg/DDaz7zHScF38ZPifrnw7o0GlB6mN/wZqaNYli9fvLasWVF7ObMs0eAckc/gVU9J+hWEYSxTu24T5A==",
	"dsa 2048-256": "MIIDRjCCAjkGByqGSM44BAEwggIsAoIBAQCALOpXO5gnE/PUoY3hnSoDMZalHocL8LiJ4hSC2qqhgIr3BDQEc/gKzDTKx7b4egmJWh7gnWTdc8DU1RlAzupdTyq0l5r0wBQg9C0ljK2z1J/75Oedymxh0XqP+nUF0DcgbAP0Hq4m1WXdxKcgh90VWCyMzXWcPcC5sF6rnr08hj8Yz/3hA8XPe7yhBAjDqehgXkVm8+F8ine30BwBEACn2oiklT8tw6JDlyzUcOQjscZPBQoi+zbPQoBZkkC6ukOi5heLtAs2HagmtEBFkc3hjDG8fPdK399MpAN6tERKGIXPWPZ5dKMvh7+NB2w48oNxXw3bXIff0+K0ajsucepjAiEAuON1TC/pNtnIe4pCkYYrykr1CSC5j961R3SCRRu7PqUCggEAHinGADid3GTeCQFTYuEFdVpj5u13HpAxi8NJj7xuMMll4VsxFm4kxmfQd1Cp9xPkv1dZinNIk0eM6UrLijdLFiH27SArqu/ynvRY723J2QUXyoxCcDPy7TvBGmHxkiS/wBNig5b4e9Bs3F4VloT6NQ8TSTRy1+AbzBX/BoRt74jxPsrRIwhtABWJfpAIH61JrE4cGeLvZu6a9YXbuQDegNZGLxm2PMtjmQD1N4ga7msNJL9Ioly96VlWX9WR+at5yAKIcEHzpXVL39ot5seIRsiWJh4mTi65TRNxfJGLJcnC+NxKVWJuj4M0aPacIOfax5qZzWfKxFklXWpeJx8zEwOCAQUAAoIBABjYnMRhDHELCsi63G01cAkFCQgx6+U0wFnf6PxlkBPxVqvhTKSwYt7bIvUCBa1om9IYNv4wqQN+rqVoyQ3HW2DBtvYVtStFxixjCKqnskrDRYG0+A4KpiIJbxrAqwFArYlVnxEXrMN2WD/DEj6wI+fTd+RmkvokFGlH0B1aCpgV9/1lf8CQyBDs8025TJVDB0xh9STwaym+6JbY2EjnbTbXrP97BFHa9uI1Vhcw5okfdv6We3BX1oFm03Gxyu73/zXaEqKHNs+IErbpsFC3jC7uqVjKFGc4ZPMuDEEiwGkMPXKwbvjKLsiD8ct6+YcewKHkIunu1nfpaI4DtoD3RHg=",
	"rsa":          "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqgeKa8YeM880z/zRBqVlcLc3E1aRTaliy6ROxCTyn2o4O5ukTFgcv9yy8nsMRk4YsZHvcWioU3dZR+hSp2FVBhcm2pTlJl6f1nleGOECQvcaAzg61vY3Jzgiw9l8fnX5CPNsplSCsJYIHmiR8TokZEsaGscUIOEhZMeOPGU+Hj/4pS8cVm09jN2Q8S88wedZjFUGO5izL3GJ4SIsk+qD1Pv2scUy2f5r5V4rq4gFnh1Fhuzq+O71KKL9PQCf8T6gDwAQ+HOHLCzpzmwlEHTKryYK8XB9lbWMG5mfbFJx4OBL02jXJSAtERJED9dqJiSpxJYTM3/p26ml0LfkRuj9AQIDAQAB",
	"ec":           "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+AXqtbSuH6Dtj0kOlAfuV3AmReXnjrHkwt/+XbBnf8zVCNUBxPu+i4V2932rc+gSWeJmjLPadHWAmJDzN679/w==",
}

// opensslSignatures are of "message", made with OpenSSL 3.0.
var opensslSignatures = []struct {
	name, key, oid string
	digest         *Digest // of RSASSA-PSS
	sig            string
}{
	{"DSA 1024-160, sha1", "dsa 1024-160", "1.2.840.10040.4.3", nil, "MCwCFGuqxaAXcJ0+KuykixH7j3Us5/ATAhQipGD2gDiqI7Jpq8gjW4kb34A7sw=="},
	{"DSA 1024-160, under the OID of the key", "dsa 1024-160", "1.2.840.10040.4.1", nil, "MCwCFGuqxaAXcJ0+KuykixH7j3Us5/ATAhQipGD2gDiqI7Jpq8gjW4kb34A7sw=="},
	{"DSA 1024-160, sha224", "dsa 1024-160", "2.16.840.1.101.3.4.3.1", nil, "MCwCFB6fW91IJ2OzDAI+pVjWAP12m078AhRLyiXa0wOQ5Avs2Tzyu+QD10R6qw=="},
	{"DSA 1024-160, sha256", "dsa 1024-160", "2.16.840.1.101.3.4.3.2", nil, "MCwCFA7YisjADJSLZRE52m5HxIsyEncPAhRSXPeiU9ZHSU/SgAJjxnlpg1hJOg=="},
	{"DSA 2048-224, sha1", "dsa 2048-224", "1.2.840.10040.4.3", nil, "MDwCHG3XwAA4KnfMG3OG/vL6KI3FStWr0jXuLSxdyswCHGqBunDFdwdO6TBAiI9dvyFbUfUA69XrvbZQX7g="},
	{"DSA 2048-224, sha224", "dsa 2048-224", "2.16.840.1.101.3.4.3.1", nil, "MD0CHFQ+F/W3Xp6TLle9iJw5qYPjz9N82F6jS8goT9ACHQCbtxfClnme2zVwj1YdEVhQbVz0rsZzWu0PsAh8"},
	{"DSA 2048-224, sha256", "dsa 2048-224", "2.16.840.1.101.3.4.3.2", nil, "MDwCHHlhuuOpHxsc1sS8xYqtljSPjae/0M4L7hGagdYCHApNQj0Y90La4dbkbDOC2KnjNCgU5p8TSwJKONc="},
	{"DSA 2048-256, sha1", "dsa 2048-256", "1.2.840.10040.4.3", nil, "MEUCIQCdzKMdEK+5L3bZas8Mkd1NpqdDoYPQvhb6QiKw2aZplQIgKhnt1ian5fAV9Su1gC63OEn6+95ct38t/flgXlfIPRM="},
	{"DSA 2048-256, sha224", "dsa 2048-256", "2.16.840.1.101.3.4.3.1", nil, "MEUCIC1rjzUVX/utWMBYHQlbQUSrox9geaz+mG9jFQs2/dh1AiEAgqHJjtUZCLZdVdMC2EH87RXd3BegQFC55+SlSV2NIBE="},
	{"DSA 2048-256, sha256", "dsa 2048-256", "2.16.840.1.101.3.4.3.2", nil, "MEUCIA4JqAy46hw9OhnOmlM2bCsum0h5xVaETeL3SOvR7e7XAiEAme4NqlZTXlogQMvV3OAetWOQWnffgyRLMIeDDiEOU2s="},
	{"ECDSA, SHA3-224", "ec", "2.16.840.1.101.3.4.3.9", nil, "MEUCIQDvqYJN4MJIM16rbz1RU3AHIVbOY3bdXVpbwTdFvAaJTwIgGc9PE9RiG1PAPJT4vuzuALmgnOvzcBiNoF1kix1sXAQ="},
	{"PKCS #1 v1.5, SHA3-224", "rsa", "2.16.840.1.101.3.4.3.13", nil, "op3NhHM9OZMQBMva3TFkrsPLEfYMsdeWzd4ZBl6ubDV2HeVd/9KSSpA8p6CjQFMAaOkePetIELtLN4iV0jh422a775zJciUoS0ESKxmBijQANSEnNkWqgnUuCDrIahbp8Ut8qSjTdg0x0B1IrOswqIOVBOZQ5WQarJIpFwxQgiH7VgBryMHxaUqt/Ay7TIrVctATCiRzMFQuxZI4CWTaEwfW39+D9KyP8VSKGmipAxbmAZxWHYakFgCW6CSp22URd+35cOtoIutg2s4OuzAO1vXTPLKXjnCXX3M3ucgMWDNZ9XZOeu5YxTcFa9xbgIBXEsBhaCY4n6avY8NVFpHyfg=="},
	{"PSS, SHA3-224", "rsa", "1.2.840.113549.1.1.10", sha3224Digest, "NUK0OwXRcLn1nmJrsFGS2S/mBHTZwpKqcaHb7iw+/6/xnJ316gL5il7dIRmdQshyYUKafO71AT+FbmdkNGqc1O43WFOdCUspn2dl0/OoBvqCJrMgY+ahUZE4pz60ESEEUq01GicNkxcIaW69ww06a/Wq4weRrDi2gHkxHI+FzIIJU6xAHWEls29rTnGTUB7eV244JiN7Imzr6G238bQnE7ryQkBXfY3CbUVFQddQ/dNxr9T0M5wi0wOYh48RytA3DJpRgYNtfheSR3f372MZ2a7HwuHbxBg8qRYwcQhM0ILlVHwEqVsMo6YEfFehQS8Z58szSX7nlPlDJHcm94Iiow=="},
	{"ECDSA, SHA3-256", "ec", "2.16.840.1.101.3.4.3.10", nil, "MEQCIEfLb7UnhqTvL2+3YLMrkEu+oFBI5CoyLPRiOxzPE2PsAiBArel4yr1cgXYBEpy9ASLNnng9jX9FTwqHQ/tQXvLyQA=="},
	{"PKCS #1 v1.5, SHA3-256", "rsa", "2.16.840.1.101.3.4.3.14", nil, "lukezfg5sozGCseEqPXY+J804RsVwre10b1C3CVB0/gqlp6rL7WO13A+sRhDZDZ8CAEbKrF2upMOZ/6NvJNNVTh9Fr3UZpIc0k6EbkFEIplkLDUSLx59s/JkTcZdiAb77LQavehBtf+URv44IiB++ydMqR0Ip/aionBMeHJZI2B1+Ksbg/ylMlRPNCmVvfvDRjK72s666TJ6yXPuSStXEGq/CEYSM5BTcTn4LpQZ0/o9hM/VHeckiRjVdruQpp7WeBhVx5dmEc785s5d5+F5S5zRhIk8+wXV4PDv6W0DH1oz3p8YUJGpLc9MFg/Z/QkhhbERzGW0S+BZaJcMDqO4BA=="},
	{"PSS, SHA3-256", "rsa", "1.2.840.113549.1.1.10", sha3256Digest, "aIv/R8+PwJeHSpCtCG+IPqx4gOG8xQmluY4fixZxt7FbeAVuksWX711kTGW7yMUqzcWQQrCLf0CVL7fE7427vy0Sk0M7ye/zYXZQQedjDkT34KDdwqlQlnJKm5ZJZVZrV5kYEvn1s7wHXYDkikoFoPcLz7AlDUynti0HtV4Ox2ZJrv4GMYrh9VD0FY+x3qtOw/CV3ROyahVeFiOE7iej/54Y6xWb+/ZmUDShjqlt8nYtEZVRyRf+G2s6Crhy3mgQd7nlrUcOxaSrnIUL2y/9mJ1p5yt4frYvHfUw6I36BLXIL5yDKEzGnhYCp6YnU2Jw70mTDEIfEsh78xTe+rOgOQ=="},
	{"ECDSA, SHA3-384", "ec", "2.16.840.1.101.3.4.3.11", nil, "MEQCIFoVM3N/ugOgP3MsIkV4u3Q6A1Qfu+wwDRv7Y1NdRpJ5AiAvuKC6MT5Aok/IxLT1/bWcjBpET0BmPbrNNUSe2bY+iw=="},
	{"PKCS #1 v1.5, SHA3-384", "rsa", "2.16.840.1.101.3.4.3.15", nil, "UYNJj++fHacaiqfzthgvWZMGqUnB/oHJ8ZTTr2+mdl+flaeKVMq30H6wyiP2yiaJhPHVCYO8HaORvYiUSkSmoehq0gSfFpfT1YTraixQDkzBCDCP42iiDJhiFtPpb0fwmPKF+flw5JZfPLmvIGpPuH4iQXHEi5e/alABTxrJQx4KHBgwbGV/SDTGyzLufWuC2hbkU+qftmoWc0BOO5WOlm/6Vz3MRZD0yDHK3qhAlKoR3ij3Dw2taz3TJyFVDgbdJLvDBeqeIb7lQCgAXIdQAXeNZ85ZqF0/QtHpXSZYC7GSE6LrgmcrDH42N9anpkuFa3MNS2OEvHEzpor2Ss7Row=="},
	{"PSS, SHA3-384", "rsa", "1.2.840.113549.1.1.10", sha3384Digest, "mY4lDpXmtmIfx5FCS+gAo5y2D4ZvGBZkYWIfbRY/iV0WKadNFe8/0EOkRYbmS7UjeD5/G2dC/LlwRJlFHlG+RcP+eE+xEX9C87ebr4Cbgj0ysqmwgnz/b7G8i91nP7n1qagdjzJcHNZ/lZxLKDan8g8hGu+GNgPgQH1XLg1f3aD7jadvT5fSiNEmu5yM+teNkwq3duhSBv7jtZhAA2CTsP6pWcWGIgKMjuZr++WeHSOJRJNEYU0anfFW8uo86mu1UQrIATCh5qIPJhZ8M9BPsTUJM2+tj8ScP+Dk+tENdcw9ba7Hq95If9+DUw7cD/j0jUJktxWXJBHs72IHAVq7Fg=="},
	{"ECDSA, SHA3-512", "ec", "2.16.840.1.101.3.4.3.12", nil, "MEQCIH9kOoxATUDE9Hhzd4oZHseAtDtXLRDPRDJ0az9lDxSIAiA4tYV/BR6b+Sfvy34kWDqTf8Hrc2Gh1RwkCi1DKuVu2Q=="},
	{"PKCS #1 v1.5, SHA3-512", "rsa", "2.16.840.1.101.3.4.3.16", nil, "c+vmkSh9oKlJdt39K5gL5xptn+LX3SsfAOj4diZ2ls0eBVURtpv2B0SS35IMWk0X/m/jpO8OgeXbLUbBYT+W9B7BraQ57LcfjzYH+agSX3woyxZ62dVdjB3xg8A7ydVQgfWB4E6o8a/woCBAJryqmWJJl8e5Zd93wms7Z4ctf26isI1uRiw3ovy0P3mD5pMKpbo8fxjNAA69m9STuaT69r3GnGdzgZ3Q/oKv+ZVno04ioxigviABU50d7p/f9/2NLy0cBTck44L0g+7Jk2inenGlCq4aOTt1NncJenftaM1iB+aF5aBq2zLjhr2xAyztUnSEBDIHsIb7jbPM8sfbJw=="},
	{"PSS, SHA3-512", "rsa", "1.2.840.113549.1.1.10", sha3512Digest, "QncZWE/srRKLintDHv55J2nNlXIH36Rsqe2RhJMY5KEucYJNm2PKjJTR0Vekv4EnpsPUJm6SvbIj+cy+X2GV/8owIfBICuhUM82fm2xE7TiZNGUw/6aUf8/erQVHWazDV767b/uQlq7GsVaAiwaubWxWX0H6BXgOKQmK8rSU2D4KV7vzkgjapo2v4LuzOpqiX/8wM9Ejti3MrlUxaNMQvtzKhWFjoXn2Y2XdfP1GPC98hhSrtWNXfw6esPvE0tPkvdFMFG6zw/qqrTb0/GuaKho8vriPNd/JHXiUF0YCQeGkEKzjV8THRG2czv/6OeDWjpq6QtU3b96FXfD2nUVFcw=="},
}

// Rows that cannot be checked against the standard library: somebody else made
// these signatures.
func TestOpenSSLSignatures(t *testing.T) {
	t.Parallel()
	for _, tt := range opensslSignatures {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			key, sig := opensslKey(t, tt.key), decode64(t, tt.sig)
			id := Identifier{OID: MustOID(tt.oid)}
			if tt.digest != nil {
				id = (&pssParameters{tt.digest, tt.digest, tt.digest.Size}).identifier()
			}
			s, err := FindSignature(id, nil)
			if err != nil {
				t.Fatal(err)
			}
			message := Message{Bytes: []byte("message")}
			if err := s.Verify(key, message, sig); err != nil {
				t.Error(err)
			}
			covers(t, rowOfSignature(s), "signature_openssl_test.go")
			coversKey(t, key, "signature_openssl_test.go")
			message.Bytes[0] ^= 1
			if err := s.Verify(key, message, sig); !errors.Is(err, ErrSignature) {
				t.Errorf("changed: got %v, want ErrSignature", err)
			}
		})
	}
}

func opensslKey(t testing.TB, name string) *PublicKey {
	t.Helper()
	key, err := ParsePublicKey(decode64(t, opensslKeys[name]))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func decode64(t testing.TB, text string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) == 0 {
		t.Fatal("no base64")
	}
	return b
}
