#!/bin/sh
# Makes internal/mailroots/mailroots.pem, the built-in list of e-mail roots; called by make roots.
#
#   generate.sh                                   from the installed package libnss3 (Debian and its kin)
#   generate.sh certdata.txt 2026-01-31 SOURCE    from a certdata.txt of that day
set -eu
here=$(dirname "$0")
target=$here/../mailroots.pem
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ $# -ge 3 ]; then
	certdata=$1 date=$2 source=$3
else
	version=$(dpkg-query -W -f '${Version}' libnss3)
	library=$(dpkg-query -L libnss3 | grep '/libnssckbi\.so$' | head -n 1)
	# The list is as old as the release of NSS it came with: the oldest entry of the changelog with that release, not
	# the newest, which may be a correction of something else.
	upstream=${version%-*}
	date=$(zcat /usr/share/doc/libnss3/changelog.Debian.gz | awk -v want="($upstream-" '
		/^nss / { mine = index($2, want) == 1 }
		/^ -- / && mine { sub(/.*>  /, ""); day = $0 }
		END { print day }')
	date=$(date -u -d "$date" +%Y-%m-%d)
	source="Debian package libnss3 $version, libnssckbi.so, trusted for e-mail by Mozilla"
	certdata=$work/certdata.txt
	python3 "$here/dump.py" "$library" >"$certdata"
fi
# The list must be there for the program to build, so the new one is written beside it first.
${GO:-go} run "$here" -source "$source" -date "$date" -o "$work/mailroots.pem" "$certdata"
cp "$work/mailroots.pem" "$target"
