package main

import "strings"

// setting is what a person may have every time: a line of config.toml.
type setting struct{ name, value, text string }

// settings are those of config.toml, in the order of [config].
var settings = []setting{
	{"identity", `"alice@example.org"`, "who signs where From does not decide"},
	{"cipher", `"aes-128-gcm"`, "as --cipher of encrypt"},
	{"profile", `"modern"`, "as --profile of sign and encrypt"},
	{"sign-encrypted", "true", "encrypt signs too, as with --sign"},
	{"self", "false", "encrypt makes no copy that you can read, as with --no-self"},
	{"revocation", `"online"`, "off, if-local, or as --online and --require-revocation: online, required"},
	{"min-validity", `"7d"`, "as --min-validity of sign and encrypt"},
}

func settingNames() string {
	var names []string
	for _, s := range settings {
		names = append(names, s.name)
	}
	return strings.Join(names, ", ")
}

// variables are what is read of the environment. Flags come before them, and config.toml after.
var variables = [][2]string{
	{"SMIMECTL_HOME", "the folder of store and config.toml, instead of those in XDG_DATA_HOME and XDG_CONFIG_HOME, or in ~/.local/share/smimectl and ~/.config/smimectl"},
	{"SMIMECTL_IDENTITY", "WHO signs and opens where there is neither -i nor --key: an address, a fingerprint or a file"},
	{"SMIMECTL_CA", "FILE where there is no --ca"},
	{"SMIMECTL_PASSPHRASE_FILE", "FILE where there is no flag for the passphrase"},
	{"SMIMECTL_PASSPHRASE", "the passphrase, after that; every process of yours can read it"},
	{"SSL_CERT_FILE", "the file of --system-roots"},
	{"TMPDIR", "where mail is held back until it is known to be good"},
	{"HTTP_PROXY, HTTPS_PROXY, NO_PROXY", "proxies for --online and --tsa"},
	{"NO_COLOR, COLUMNS, TERM", "colours, width and kind of the terminal, as everywhere"},
	{"SOURCE_DATE_EPOCH", "the date on the manual pages"},
	{"GOMAXPROCS", "how many processors are used at most"},
	{"GOGC, GOMEMLIMIT", "when memory is collected, instead of what the program chooses"},
}

// settingLines are the lines of a config.toml with all settings, and what each means.
func settingLines() [][2]string {
	var out [][2]string
	for _, s := range settings {
		out = append(out, [2]string{s.name + " = " + s.value, s.text})
	}
	return out
}
