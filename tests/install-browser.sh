#!/bin/sh
# The browser tests drive Chromium. Where it may, this installs Debian's; elsewhere they are skipped, loudly.
set -u
if command -v chromium >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null
fi
if ! command -v chromium >/dev/null 2>&1; then
    echo "*** Chromium is not here and could not be installed: the browser tests will be skipped ***"
    # On the build server nothing is skipped.
    [ -z "${CI:-}" ]
fi
