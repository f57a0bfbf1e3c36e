#!/bin/sh
# Two flights of a survey: everything is made after the first, and what the second one touches after that.
set -eu
cd "$(dirname "$0")"
tilewright=${TILEWRIGHT:-../../build/release/tilewright}
scenes=../cloudless/sentinel2

fly() {
    for scene in "$@"; do cp -R "$scenes/$scene" flights/; done
}

rm -rf flights out
mkdir flights
echo "first flight: both areas, on 15 August"
fly S2A_33TWL_20230815_0_L2A S2A_33TWM_20230815_0_L2A
"$tilewright" execute survey.yaml

echo "second flight: the northern area alone, on 20 August"
fly S2B_33TWM_20230820_0_L2A
"$tilewright" execute survey.yaml --update --dry-run
"$tilewright" execute survey.yaml --update

echo "nothing has changed since"
"$tilewright" execute survey.yaml --update

echo "the second flight is withdrawn"
rm -r flights/S2B_33TWM_20230820_0_L2A
"$tilewright" execute survey.yaml --update
