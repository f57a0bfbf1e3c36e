#!/bin/sh
# radosgw.sh start FOLDER PORT | stop FOLDER - a real S3 server for the tests: Ceph's, with one monitor and one storage
# daemon that keeps everything in memory. After start it answers at http://127.0.0.1:PORT with the keys
# "tilewright" and "tilewright-secret". All of its files are in FOLDER. Needs the Debian packages radosgw, ceph-mon,
# ceph-osd and ceph-common.
# SPDX-License-Identifier: MIT
set -e
action=$1 folder=$2 port=$3
conf=$folder/ceph.conf

stop() {
    for name in rgw osd mon; do
        [ -f "$folder/$name.pid" ] || continue
        kill "$(cat "$folder/$name.pid")" 2>/dev/null || true
        rm -f "$folder/$name.pid"
    done
}

ceph_() {
    timeout 30 ceph -c "$conf" "$@" >>"$folder/start.log" 2>&1
}

write_conf() {
    fsid=$(cat /proc/sys/kernel/random/uuid)
    cat >"$conf" <<END
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:$((port + 1)),v1:127.0.0.1:$((port + 2))]
mon initial members = a
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
mon allow pool size one = true
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 2147483648
osd class load list = *
osd class default list = *
mon warn on pool no redundancy = false
mon pg warn min per osd = 0
ms bind ipv6 = false
run dir = $folder
keyring = $folder/keyring
log file = $folder/\$name.log
admin socket = $folder/\$name.asok
debug ms = 0
[client]
rgw frontends = beast endpoint=127.0.0.1:$port
rgw thread pool size = 64
rgw enable usage log = false
rgw dns name = localhost
rgw run sync thread = false
rgw enable gc threads = false
rgw enable lc threads = false
END
}

start() {
    mkdir -p "$folder/mon" "$folder/osd"
    write_conf
    ceph-authtool --create-keyring "$folder/keyring" --gen-key -n mon. --cap mon 'allow *' >"$folder/start.log" 2>&1
    ceph-authtool "$folder/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' \
        --cap mgr 'allow *' >>"$folder/start.log" 2>&1
    ceph-authtool "$folder/keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' \
        >>"$folder/start.log" 2>&1
    monmaptool --create --addv a "[v2:127.0.0.1:$((port + 1)),v1:127.0.0.1:$((port + 2))]" --fsid "$fsid" \
        "$folder/monmap" >>"$folder/start.log" 2>&1
    ceph-mon -c "$conf" --mkfs -i a --monmap "$folder/monmap" --mon-data "$folder/mon" --keyring "$folder/keyring" \
        >>"$folder/start.log" 2>&1
    ceph-mon -c "$conf" -f -i a --mon-data "$folder/mon" >"$folder/mon.out" 2>&1 </dev/null &
    echo $! >"$folder/mon.pid"
    osd=$(cat /proc/sys/kernel/random/uuid)
    ceph_ osd create "$osd"
    ceph-osd -c "$conf" -i 0 --mkfs --osd-uuid "$osd" --osd-data "$folder/osd" >>"$folder/start.log" 2>&1
    ceph_ osd crush add osd.0 1.0 root=default host=localhost
    ceph-osd -c "$conf" -f -i 0 --osd-data "$folder/osd" >"$folder/osd.out" 2>&1 </dev/null &
    echo $! >"$folder/osd.pid"
    timeout 60 radosgw-admin -c "$conf" user create --uid tests --display-name tests --access-key tilewright \
        --secret-key tilewright-secret >>"$folder/start.log" 2>&1
    radosgw -c "$conf" -f -n client.admin >"$folder/rgw.out" 2>&1 </dev/null &
    echo $! >"$folder/rgw.pid"
    for try in $(seq 150); do
        curl -s -m 2 -o /dev/null "http://127.0.0.1:$port/" 2>/dev/null && return 0
        sleep 0.2
    done
    echo "radosgw did not start: see $folder" >&2
    return 1
}

case "$action" in
start)
    trap stop EXIT
    start
    trap - EXIT
    ;;
stop) stop ;;
*) sed -n 2,4p "$0"; exit 2 ;;
esac
