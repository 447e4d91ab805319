package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/pelletier/go-toml/v2"
)

// config is config.toml: what a person wants every time. It is optional; flags
// and environment variables come first.
type config struct {
	Identity      string `toml:"identity"`       // when From does not decide
	Cipher        string `toml:"cipher"`         // as --cipher
	Profile       string `toml:"profile"`        // as --profile
	SignEncrypted bool   `toml:"sign-encrypted"` // as if --sign were given to encrypt
	Self          *bool  `toml:"self"`           // false: as --no-self
	Revocation    string `toml:"revocation"`     // off, if-local, online, required
	MinValidity   string `toml:"min-validity"`   // as --min-validity of sign and encrypt
}

const configName = "config.toml"

// maxConfig is far above what anybody writes.
const maxConfig = 1 << 20

// config reads the configuration. A file that cannot be understood is an error: to
// go on without it would do something else than the person asked for.
func (a *app) config() (*config, error) { return a.configFor((*config).check) }

// configFor reads the configuration, and checks the values that matter to who asks.
func (a *app) configFor(check func(c *config, path string) error) (*config, error) {
	c := &config{}
	dir := a.env.roots().Config
	if dir == "" {
		return c, nil
	}
	path := filepath.Join(dir, configName)
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR): // HOME=/dev/null, as accounts of services have it
		return c, nil
	case err != nil:
		return nil, readError(path, err)
	}
	defer f.Close()
	decoder := toml.NewDecoder(io.LimitReader(f, maxConfig))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(c); err != nil {
		return nil, configError(path, err)
	}
	return c, check(c, path)
}

func configError(path string, err error) error {
	var strict *toml.StrictMissingError
	var decode *toml.DecodeError
	switch {
	case errors.As(err, &strict) && len(strict.Errors) > 0:
		row, _ := strict.Errors[0].Position()
		return usageErrorf("%s, line %d: there is no such setting", quoted(path), row).
			withHint("there are: %s", settingNames())
	case errors.As(err, &decode):
		row, column := decode.Position()
		if key := strings.Join(decode.Key(), "."); key != "" && strings.Contains(decode.Error(), "struct field") {
			form := key + ` = "..."`
			if key == "self" || key == "sign-encrypted" {
				form = key + " = true"
			}
			return usageErrorf("%s, line %d: the value of %s is of another kind", quoted(path), row, quoted(key)).withHint("%s", form)
		}
		return usageErrorf("%s, line %d, column %d: %s", quoted(path), row, column, reasonOf(err))
	}
	return readError(path, err)
}

func (c *config) check(path string) error {
	if err := allowedSetting(path, "cipher", c.Cipher, cipherNames()); err != nil {
		return err
	}
	if err := allowedSetting(path, "profile", c.Profile, profileNames()); err != nil {
		return err
	}
	if err := c.checkTrust(path); err != nil {
		return err
	}
	if c.MinValidity != "" {
		if _, err := parseSpan(c.MinValidity); err != nil {
			return usageErrorf("%s: min-validity = %s: %s", quoted(path), quoted(c.MinValidity), err)
		}
	}
	return nil
}

// checkTrust looks at what matters where nothing is made: a mistake in how mails are
// written keeps nobody from reading them.
func (c *config) checkTrust(path string) error {
	return allowedSetting(path, "revocation", c.Revocation, []string{"off", "if-local", "online", "required"})
}

func allowedSetting(path, name, value string, allowed []string) error {
	if value == "" || slices.Contains(allowed, value) {
		return nil
	}
	return usageErrorf("%s: %s = %s is not possible", quoted(path), name, quoted(value)).withHint("one of %s", strings.Join(allowed, ", "))
}

// checkTrust refuses flags that cannot be kept, and puts the configured mode of
// revocation where no flag says otherwise.
func (a *app) checkTrust(t *trustFlags) error {
	c, err := a.configFor((*config).checkTrust)
	if err != nil {
		return err
	}
	if !t.required && !t.off {
		t.required = c.Revocation == "required"
		t.off = c.Revocation == "off"
	}
	if !t.off {
		t.online = t.online || c.Revocation == "online"
	}
	return t.check()
}
