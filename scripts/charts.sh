#!/usr/bin/env bash
# Checks the Helm charts with real Helm: lint, rendering with many values, plain manifests. Ends with `N passed, N failed`.
#
# usage: scripts/charts.sh [--write] [--cluster]
#   --write     writes the plain manifests under deploy/kubernetes/ in place of comparing them
#   --cluster   also installs, upgrades, rolls back and uninstalls them at the cluster of KUBECONFIG, a new one, and
#               tries what its API server makes of our definitions
#
# Example: scripts/charts.sh --write

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
help_if_asked "${1:-}"
cd "$ROOT"

"$ROOT/scripts/install.sh" charts
exec "$RUN_DIR/venv/charts/bin/python3" scripts/charts "$@"
