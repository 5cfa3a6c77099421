"""Checks the charts under deploy/helm; see scripts/charts.sh."""
import argparse
import sys

import definitions
import manifests
import rendering
import releases
import report


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the plain manifests")
    parser.add_argument("--cluster", action="store_true", help="install the charts at the cluster of KUBECONFIG")
    arguments = parser.parse_args()
    rendering.run()
    manifests.run(arguments.write)
    if arguments.cluster:
        releases.run()
        definitions.run()
    sys.exit(report.close())


main()
