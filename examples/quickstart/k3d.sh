#!/bin/sh
# A k3d cluster with Plexus, two networks and two pods. Can be repeated; "k3d.sh clean" deletes the cluster.
# Needs docker, k3d, kubectl, and the image: run npm run image before.
set -eu
cd "$(dirname "$0")/../.."
cluster=plexus-quickstart
if [ "${1:-}" = clean ]; then exec k3d cluster delete "$cluster"; fi
archive=dist/plexus-cni-$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json).oci.tar
[ -f "$archive" ] || { echo "$archive is missing: run npm run image" >&2; exit 1; }
kubectl() { command kubectl --context "k3d-$cluster" "$@"; }

k3d cluster get "$cluster" >/dev/null 2>&1 || k3d cluster create "$cluster" --wait
k3d image import "$archive" --cluster "$cluster"

kubectl apply -f crds/network-attachment-definition.yaml
kubectl apply -k deploy/overlays/k3s
kubectl -n kube-system rollout status daemonset/plexus --timeout=3m
kubectl apply -f examples/quickstart/networks.yaml
kubectl wait --for=condition=Ready pod/left pod/right --timeout=3m

address=$(kubectl exec right -- ip -4 -o addr show net1 | sed -n 's/.*inet \([0-9.]*\).*/\1/p')
kubectl exec left -- ping -c 3 "$address" # through the network blue
kubectl get pod left -o jsonpath='{.metadata.annotations.k8s\.v1\.cni\.cncf\.io/network-status}'
echo
echo "See also: kubectl describe pod left; npx plexus-cni pods; npx plexus-cni ui (with this kubeconfig)"
