#!/bin/sh
# The main job from nothing: simulated extracts, pipeline, a short report, then the servers.
set -eu
vitrina=$1
home=$2
if [ ! -f "$home/vitrina.yml" ]; then
  "$vitrina" init "$home" --example operator
fi
"$vitrina" simulate --customers "$CUSTOMERS" --months "$MONTHS" --seed "$SEED" --out "$home"
"$vitrina" --home "$home" run
if [ -f "$home/segments/debtors.json" ]; then
  "$vitrina" --home "$home" status --report --segment debtors
else
  "$vitrina" --home "$home" status --report
fi
if [ "$SERVE" != 0 ]; then
  exec "$vitrina" --home "$home" serve all
fi
