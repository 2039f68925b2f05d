#!/bin/bash
# Shows rsvpd at work: a private Dovecot and an SMTP server on loopback, the daemon, and a dozen sample replies.
#
#   deploy/demo.sh          shows what came of each reply, then runs until Ctrl-C and takes your own replies
#   deploy/demo.sh --once   ends after the samples; exit code 0 only if every one came out as expected
#
# Needs the Rust toolchain; installs Debian packages that are missing (with sudo if you are not root).
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/packages.sh
need_packages ca-certificates dovecot-imapd dovecot-lmtpd gcc libc6-dev python3 python3-aiosmtpd swaks

cargo build --release --locked
# Debian's own Python, because that is where python3-aiosmtpd is
exec /usr/bin/python3 deploy/demo/demo.py --rsvpd "${CARGO_TARGET_DIR:-target}/release/rsvpd" "$@"
