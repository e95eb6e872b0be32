#!/bin/sh
# Registers one ephemeral GitHub Actions runner and takes one job. It knows a registration token, which is useless after an hour.
set -eu
if [ -z "${RUNNER_URL:-}" ] || [ -z "${RUNNER_TOKEN:-}" ]; then
  echo "RUNNER_URL or RUNNER_TOKEN is not set, so no runner is registered." >&2
  echo "RUNNER_URL is https://github.com/OWNER; the token: gh api -X POST orgs/OWNER/actions/runners/registration-token --jq .token" >&2
  exit 0
fi
cd /home/runner
./config.sh --unattended --replace --ephemeral --url "$RUNNER_URL" --token "$RUNNER_TOKEN" \
  --labels gantry --runnergroup "${RUNNER_GROUP:-Default}"
unset RUNNER_TOKEN
exec ./run.sh
