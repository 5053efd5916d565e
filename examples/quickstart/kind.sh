#!/bin/sh
# A kind cluster with Plexus, two networks and two pods. Can be repeated; "kind.sh clean" deletes the cluster.
# Needs docker, kind, kubectl, and the image: run npm run image before.
set -eu
cd "$(dirname "$0")/../.."
cluster=plexus-quickstart
if [ "${1:-}" = clean ]; then exec kind delete cluster --name "$cluster"; fi
archive=dist/plexus-cni-$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json).oci.tar
[ -f "$archive" ] || { echo "$archive is missing: run npm run image" >&2; exit 1; }
kubectl() { command kubectl --context "kind-$cluster" "$@"; }

kind get clusters | grep -qx "$cluster" || kind create cluster --name "$cluster" --wait 2m
kind load image-archive "$archive" --name "$cluster"

kubectl apply -f deploy/plexus.yaml
kubectl -n kube-system rollout status daemonset/plexus --timeout=3m
# The nodes of kind have ptp, but not bridge.
sed '/"bridge":/d; s/"bridge"/"ptp"/' examples/quickstart/networks.yaml | kubectl apply -f -
kubectl wait --for=condition=Ready pod/left pod/right --timeout=3m

address=$(kubectl exec right -- ip -4 -o addr show net1 | sed -n 's/.*inet \([0-9.]*\).*/\1/p')
kubectl exec left -- ping -c 3 "$address" # through the network blue
kubectl get pod left -o jsonpath='{.metadata.annotations.k8s\.v1\.cni\.cncf\.io/network-status}'
echo
echo "See also: kubectl describe pod left; npx plexus-cni pods; npx plexus-cni ui (with this kubeconfig)"
