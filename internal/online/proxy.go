package online

import (
	"net/url"

	"golang.org/x/net/http/httpproxy"
)

// Proxies reads what an environment says about proxies: HTTP_PROXY, HTTPS_PROXY
// and NO_PROXY, or the same in small letters, as everywhere.
func Proxies(getenv func(string) string) func(*url.URL) (*url.URL, error) {
	first := func(names ...string) string {
		for _, name := range names {
			if value := getenv(name); value != "" {
				return value
			}
		}
		return ""
	}
	config := httpproxy.Config{
		HTTPProxy:  first("HTTP_PROXY", "http_proxy"),
		HTTPSProxy: first("HTTPS_PROXY", "https_proxy"),
		NoProxy:    first("NO_PROXY", "no_proxy"),
	}
	return config.ProxyFunc()
}
