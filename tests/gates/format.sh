#!/bin/sh
# Every C file is formatted by clang-format 14 with .clang-format.
cd "$(dirname "$0")/../.." || exit 2
git ls-files -co --exclude-standard '*.c' '*.h' | xargs clang-format-14 --dry-run -Werror
