#!/bin/bash
# Builds rsvpd and runs every test. Needs the Rust toolchain; installs Debian packages that are missing.
# Arguments go to `cargo test`: tests/run.sh mailbox runs the tests with "mailbox" in their name.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/packages.sh
# Dovecot, aiosmtpd: the real servers of the integration tests; gcc: SQLite and ring are built from C
need_packages ca-certificates dovecot-imapd dovecot-lmtpd gcc libc6-dev openssl python3 python3-aiosmtpd

cargo test --locked "$@"
