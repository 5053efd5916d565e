#!/bin/sh
# A minikube cluster with Plexus, two networks and two pods. Can be repeated; "minikube.sh clean" deletes the cluster.
# Needs docker, minikube, kubectl, and the image: run npm run image before.
set -eu
cd "$(dirname "$0")/../.."
cluster=plexus-quickstart
if [ "${1:-}" = clean ]; then exec minikube delete --profile "$cluster"; fi
archive=dist/plexus-cni-$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json).oci.tar
[ -f "$archive" ] || { echo "$archive is missing: run npm run image" >&2; exit 1; }
kubectl() { command kubectl --context "$cluster" "$@"; }

minikube start --profile "$cluster" --container-runtime=containerd
minikube image load "$archive" --profile "$cluster"

kubectl apply -f deploy/plexus.yaml
kubectl -n kube-system rollout status daemonset/plexus --timeout=3m
kubectl apply -f examples/quickstart/networks.yaml
kubectl wait --for=condition=Ready pod/left pod/right --timeout=3m

address=$(kubectl exec right -- ip -4 -o addr show net1 | sed -n 's/.*inet \([0-9.]*\).*/\1/p')
kubectl exec left -- ping -c 3 "$address" # through the network blue
kubectl get pod left -o jsonpath='{.metadata.annotations.k8s\.v1\.cni\.cncf\.io/network-status}'
echo
echo "See also: kubectl describe pod left; npx plexus-cni pods; npx plexus-cni ui (with this kubeconfig)"
