#!/bin/sh
# Every C file is formatted by clang-format 14 with .clang-format.
cd "$(dirname "$0")/../.." || exit 2
files=$(git ls-files -co --exclude-standard '*.c' '*.h' 2>/dev/null) ||
    files=$(find . -path ./build -prune -o -name '*.[ch]' -print) # no git, or no repository
[ -n "$files" ] || { echo "no C files found"; exit 2; }
echo "$files" | xargs clang-format-14 --dry-run -Werror
