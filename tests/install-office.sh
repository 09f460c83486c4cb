#!/bin/sh
# Word papers are laid out by LibreOffice in the tests. Where it may, this installs it with fonts of the measures of
# Times New Roman; elsewhere those tests are skipped, loudly.
set -u
if ! command -v soffice >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends \
        libreoffice-writer-nogui libreoffice-calc-nogui fonts-liberation >/dev/null
fi
if ! command -v soffice >/dev/null 2>&1; then
    echo "*** LibreOffice is not here and could not be installed: Word papers will not be laid out in the tests ***"
    # On the build server nothing is skipped.
    [ -z "${CI:-}" ]
fi
