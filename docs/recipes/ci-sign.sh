#!/bin/sh
# Signs every mail of a folder and verifies what came out:  ci-sign.sh ID.p12 CA.pem FROM-FOLDER TO-FOLDER
# The passphrase is in $SMIMECTL_PASSPHRASE_FILE or $SMIMECTL_PASSPHRASE. A line for each mail stands in TO-FOLDER.jsonl.
set -eu
[ $# -eq 4 ] || { echo "usage: ci-sign.sh ID.p12 CA.pem FROM-FOLDER TO-FOLDER" >&2; exit 2; }
smimectl sign -q -j 0 -i "$1" --min-validity 7d --out-dir "$4" --report "$4.jsonl" --progress none "$3"
[ -s "$4.jsonl" ] || exit 0 # there was nothing to sign, and so nothing is to be verified
smimectl verify -q -j 0 --ca "$2" --progress none "$4"
