# packages.sh PACKAGE... - installs the Debian packages that are missing. Takes a moment when none is.
# Sourced by examples/run.sh, tests/run.sh and tests/bench/run.sh.

TW_BUILD_PACKAGES="gcc libc6-dev make cmake ninja-build pkg-config libgdal-dev libgeos-dev libluajit-5.1-dev libyaml-dev
    libpng-dev libjpeg62-turbo-dev libwebp-dev libdeflate-dev libjansson-dev libmicrohttpd-dev libxxhash-dev
    libcurl4-openssl-dev libssl-dev libsqlite3-dev"
TW_TEST_PACKAGES="luajit libcmocka-dev universal-ctags clang-format-14 gdal-bin webp libjpeg-turbo-progs libxml2-utils chromium radosgw ceph-mon ceph-osd ceph-common curl python3
    python3-gdal python3-jsonschema python3-numpy python3-scipy python3-shapely python3-yaml"
# what tests/bench/run.sh compares with, and computes with
TW_BENCH_PACKAGES="libcmocka-dev gdal-bin libvips-tools python3 python3-gdal python3-numpy python3-scipy"

tw_install() {
    missing=
    for package in "$@"; do
        case "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" in
        *"ok installed") ;;
        *) missing="$missing $package" ;;
        esac
    done
    [ -z "$missing" ] && return 0
    echo "installing:$missing"
    as_root=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || { echo "only root can install them, and there is no sudo" >&2; return 3; }
        as_root=sudo
    fi
    $as_root apt-get update -qq || true
    # shellcheck disable=SC2086 # one word each
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
