// Made by `npm run make`: do not edit.
export const explanations = {
 "PLX-ALREADY-ATTACHED": {
  "kind": "error",
  "what": "sandbox ‹sandbox› is already attached as ‹interfaceName›",
  "fix": "Delete the pod. If this recurs, report it to the vendor of the container runtime: the runtime must call DEL before it repeats ADD.",
  "code": 100,
  "retry": "never",
  "sections": []
 },
 "PLX-ANNOTATION-REMOVED": {
  "kind": "error",
  "what": "pod ‹pod› has no annotation ‹key› any more; its networks are left as they are",
  "fix": "To detach all additional networks, set the annotation to []. Otherwise restore it.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-API-REFUSED": {
  "kind": "error",
  "what": "Kubernetes API refused ‹request› (‹status›): ‹problem›",
  "fix": "Check the credentials in the kubeconfig, and the RBAC rules of their account (deploy/base/rbac.yaml).",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-API-UNAVAILABLE": {
  "kind": "error",
  "what": "Kubernetes API request failed (‹request›): ‹problem›",
  "fix": "Check that the API server runs and that this node can reach it; the runtime retries automatically.",
  "code": 11,
  "retry": "later",
  "sections": [
   12
  ]
 },
 "PLX-ATTACHMENTS-DIFFER": {
  "kind": "error",
  "what": "‹failed› of ‹checked› attachments differ from what the journal recorded",
  "fix": "Delete these pods so that they are recreated with their networks.",
  "code": 100,
  "retry": "never",
  "sections": []
 },
 "PLX-ATTACHMENTS-LEFT": {
  "kind": "error",
  "what": "still attached: ‹left› (‹problems›)",
  "fix": "Correct the cause shown in parentheses. The journal keeps these attachments, so DEL can be repeated at any time.",
  "code": 100,
  "retry": "later",
  "sections": []
 },
 "PLX-CALL-NOT-KEPT": {
  "kind": "error",
  "what": "a DEL that was deferred while the daemon was unavailable is damaged, or its configuration cannot be used; Plexus moved it to ‹file›",
  "fix": "No action needed: the journal still has the sandbox, and the daemon reclaims it when its pod is gone. Plexus keeps the file for inspection.",
  "code": 6,
  "retry": "never",
  "sections": []
 },
 "PLX-CAPABILITY-MISSING": {
  "kind": "error",
  "what": "the pod requests ‹request› on network ‹network›, but ‹plugins› receives it only if its configuration declares \"capabilities\": {\"‹capability›\": true}‹misplaced›",
  "fix": "Declare the capability in the configuration of that plugin, or remove the request from the annotation. To attach the pod without it, set unservedRequests: warn.",
  "code": 7,
  "retry": "never",
  "sections": [
   3
  ]
 },
 "PLX-CHANGE-INCOMPLETE": {
  "kind": "error",
  "what": "undefined parts of a change of networks failed: ‹problems›",
  "fix": "Follow the fix shown for each network. Plexus retries for as long as the annotation requests the change.",
  "code": 100,
  "retry": "later",
  "sections": []
 },
 "PLX-CHECK-FAILED": {
  "kind": "error",
  "what": "CHECK failed: ‹problem›",
  "fix": "Delete the pod so that it is recreated with its networks.",
  "code": 100,
  "retry": "never",
  "sections": []
 },
 "PLX-CLAIM-DEVICE-UNIDENTIFIED": {
  "kind": "error",
  "what": "device ‹device› (pool ‹pool›, driver ‹driver›) is allocated to ResourceClaim ‹claim›, but its ResourceSlice contains no device ID for plugins (no attribute ‹attributes›)",
  "fix": "Use a driver that publishes one of these attributes. To use another device of the claim, name its request as claim/request in resourceClaim of the annotation of the pod or of the NetworkAttachmentDefinition.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-CLAIM-DEVICE-UNPUBLISHED": {
  "kind": "error",
  "what": "device ‹device› (pool ‹pool›, driver ‹driver›) is allocated to ResourceClaim ‹claim›, but no ResourceSlice of that driver contains it",
  "fix": "Check that the driver runs on this node and publishes its devices (kubectl get resourceslices); the runtime retries automatically.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-CLAIM-OBJECT-INVALID": {
  "kind": "error",
  "what": "‹object› does not match the schema of the Kubernetes API: ‹problem›",
  "fix": "Read the object (kubectl get -o yaml) and correct the program that wrote it.",
  "code": 6,
  "retry": "later",
  "sections": []
 },
 "PLX-CLAIM-REQUEST-UNKNOWN": {
  "kind": "error",
  "what": "a network needs \"‹selection›\", but ResourceClaim ‹claim› of pod ‹pod› has no device for that request (it has devices for: ‹present›)",
  "fix": "Name one of these requests as claim/request in resourceClaim of the annotation of the pod or of the NetworkAttachmentDefinition, or add the request to the claim.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-CLAIM-RESOURCE-MISMATCH": {
  "kind": "error",
  "what": "ResourceClaim ‹claim› was created for resource ‹expected›, but attribute ‹attribute› of its device ‹device› contains ‹actual›",
  "fix": "Set extendedResourceName of the DeviceClass to the resource name that the driver publishes in this attribute.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-CLAIM-UNALLOCATED": {
  "kind": "error",
  "what": "a network of pod ‹pod› needs ResourceClaim ‹claim›, which cannot be used: ‹problem›",
  "fix": "Run kubectl describe resourceclaim: the scheduler must allocate the claim and reserve it for the pod. The runtime retries automatically.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-CLAIM-UNKNOWN": {
  "kind": "error",
  "what": "a network needs claim \"‹selection›\", but pod ‹pod› has no claim of that name (its claims: ‹present›)",
  "fix": "Add the claim to spec.resourceClaims of the pod under that name, or correct resourceClaim in the annotation of the pod or of the NetworkAttachmentDefinition.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-CLAIMS-UNREADABLE": {
  "kind": "error",
  "what": "pod ‹pod› needs the device of claim \"‹selection›\", but Plexus runs without the Kubernetes API and cannot read the claim",
  "fix": "Run the daemon, or direct mode with a kubeconfig: networks with devices of ResourceClaims need the Kubernetes API.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-CNI-ARGS-REFUSED": {
  "kind": "error",
  "what": "pod ‹pod› may not use the key \"‹key›\" of cni-args on network ‹network›: ‹by› allows ‹allowed›",
  "fix": "Remove the key from cni-args, or add it to the annotation plexus-cni.io/allowed-cni-args of the NetworkAttachmentDefinition or to allowedCniArgs.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-COMMAND-NOT-ALLOWED": {
  "kind": "error",
  "what": "config version does not allow ‹command›: cniVersion is ‹version›",
  "fix": "Raise cniVersion in the configuration: CHECK needs 0.4.0, STATUS and GC need 1.1.0.",
  "code": 1,
  "retry": "never",
  "sections": []
 },
 "PLX-COMMAND-UNKNOWN": {
  "kind": "error",
  "what": "unknown CNI_COMMAND: ‹command›",
  "fix": "Set CNI_COMMAND to ADD, DEL, CHECK, STATUS, GC or VERSION (upper case).",
  "code": 4,
  "retry": "never",
  "sections": []
 },
 "PLX-CONFIG-UNDECODABLE": {
  "kind": "error",
  "what": "‹source› is not a JSON object: ‹problem›",
  "fix": "Provide a valid JSON object.",
  "code": 6,
  "retry": "never",
  "sections": []
 },
 "PLX-CONFIGURATION-INVALID": {
  "kind": "error",
  "what": "‹source›: ‹problem›",
  "fix": "Correct the network configuration; see the CNI specification, section 1.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-D-API": {
  "kind": "check of plexus doctor",
  "what": "the API server is unreachable or rejects the credentials",
  "fix": "Run kubectl version with the same kubeconfig, or pass another one with --kubeconfig.",
  "sections": []
 },
 "PLX-D-CLOCK": {
  "kind": "check of plexus doctor",
  "what": "a clock that is years wrong or behind the records of the journal, which invalidates tokens and certificates, or a missing boot ID",
  "fix": "Set the clock: run chrony or systemd-timesyncd on the node.",
  "sections": []
 },
 "PLX-D-CONFIGURATION-FIRST": {
  "kind": "check of plexus doctor",
  "what": "the CNI configuration of Plexus is missing or renamed, or another file sorts before it: pods then get no additional networks",
  "fix": "Start the daemon with manageConfiguration: keep, which restores it. With Cilium, set cni.exclusive: false.",
  "sections": [
   10
  ]
 },
 "PLX-D-CRD": {
  "kind": "check of plexus doctor",
  "what": "the CustomResourceDefinition of NetworkAttachmentDefinitions is missing, does not serve v1, or has a schema that is not structural",
  "fix": "kubectl apply -f crds/network-attachment-definition.yaml",
  "sections": []
 },
 "PLX-D-DAEMON": {
  "kind": "check of plexus doctor",
  "what": "no process listens on the socket of the daemon, or one listens that is not the daemon or hangs",
  "fix": "Check the pod of Plexus on this node and its log: kubectl -n kube-system logs -c daemon POD.",
  "sections": [
   0
  ]
 },
 "PLX-D-DAEMONSET": {
  "kind": "check of plexus doctor",
  "what": "the DaemonSet of Plexus is missing, matches no node, or has pods that are not ready",
  "fix": "Run kubectl -n kube-system rollout status daemonset/plexus. PLX-D-NODES names the nodes, PLX-D-RESTARTS shows why pods end.",
  "sections": []
 },
 "PLX-D-DEFAULT-NETWORK": {
  "kind": "check of plexus doctor",
  "what": "there is no usable configuration of the default network: no pod of the node can start",
  "fix": "Install the cluster's network plugin on this node, or set defaultNetwork in the configuration of the daemon to its file.",
  "sections": []
 },
 "PLX-D-DEFERRED": {
  "kind": "check of plexus doctor",
  "what": "DELs that were deferred while the daemon was unavailable and are not carried out, or are damaged",
  "fix": "Check that the daemon runs and a host agent is connected: only it can run plugins without the runtime.",
  "sections": []
 },
 "PLX-D-DIRECT-MODE-TOOLS": {
  "kind": "check of plexus doctor",
  "what": "direct mode is in use, or is the fallback for the daemon, but iproute2 or util-linux is missing on the node",
  "fix": "Install iproute2 and util-linux on the node.",
  "sections": []
 },
 "PLX-D-DISK": {
  "kind": "check of plexus doctor",
  "what": "the disk of the state folder is full or nearly full: an ADD that cannot be recorded fails",
  "fix": "Free space on that file system (unused images, old logs), or set another cniDir.",
  "sections": []
 },
 "PLX-D-EVENTS": {
  "kind": "check of plexus doctor",
  "what": "Warning Events of Plexus within the last hour, grouped by reason",
  "fix": "Find the identifier of each message in docs/errors.md and apply its fix.",
  "sections": []
 },
 "PLX-D-HOST-AGENT": {
  "kind": "check of plexus doctor",
  "what": "no host agent is connected: nothing undoes what a DEL left, and DELs are not deferred while the daemon is unavailable",
  "fix": "Add deploy/components/host-agent, or set hostAgent.enabled in the chart. If it is installed, check the container host-agent of the pod.",
  "sections": []
 },
 "PLX-D-HOST-INTERFACES": {
  "kind": "check of plexus doctor",
  "what": "no interface of the node, or more than one, matches the selectors of a network (annotation plexus-cni.io/interfaces). A note states which interface each network uses here",
  "fix": "Correct the selectors of the NetworkAttachmentDefinition. No action is needed if its pods never run on this node.",
  "sections": []
 },
 "PLX-D-IMAGES": {
  "kind": "check of plexus doctor",
  "what": "daemons of several versions at the same time: an update that does not finish",
  "fix": "Run kubectl -n kube-system rollout status daemonset/plexus to see what the update waits for.",
  "sections": []
 },
 "PLX-D-JOURNAL": {
  "kind": "check of plexus doctor",
  "what": "records that cannot be read, were set aside as damaged, or have a newer format: Plexus does not undo their attachments",
  "fix": "Find the pod that each file names, release its addresses and interfaces, then delete the file.",
  "sections": []
 },
 "PLX-D-KUBELET-SOCKETS": {
  "kind": "check of plexus doctor",
  "what": "networks use devices (resourceName), but the socket on which kubelet reports the devices of pods is missing",
  "fix": "Start kubelet. If kubelet has another --root-dir, mount its pod-resources folder at /var/lib/kubelet/pod-resources.",
  "sections": []
 },
 "PLX-D-LOST-SANDBOXES": {
  "kind": "check of plexus doctor",
  "what": "records of sandboxes that disappeared without a DEL: their addresses are still allocated",
  "fix": "No action needed with a host agent: the daemon undoes them within two rounds (reclaimSeconds). Otherwise run plexus attachments detach SANDBOX.",
  "sections": [
   1
  ]
 },
 "PLX-D-MULTUS": {
  "kind": "check of plexus doctor",
  "what": "a DaemonSet of Multus besides Plexus: both install themselves as the first CNI configuration of every node",
  "fix": "Follow docs/from-multus.md, and delete the DaemonSet of Multus as its last step.",
  "sections": []
 },
 "PLX-D-NAD-AUTHORS": {
  "kind": "check of plexus doctor",
  "what": "others than administrators may create NetworkAttachmentDefinitions, and no pluginPolicies are set: they can run any installed plugin as root with any configuration",
  "fix": "Set pluginPolicies (docs/plugin-policies.md), or remove the permission.",
  "sections": []
 },
 "PLX-D-NAD-INVALID": {
  "kind": "check of plexus doctor",
  "what": "a NetworkAttachmentDefinition with an invalid configuration, or one that runs Plexus itself: pods that request it do not start",
  "fix": "Correct its spec.config.",
  "sections": []
 },
 "PLX-D-NETWORK-FILES": {
  "kind": "check of plexus doctor",
  "what": "a NetworkAttachmentDefinition without spec.config whose configuration is not in a file on this node",
  "fix": "Put a configuration with that name into this folder, or set spec.config.",
  "sections": []
 },
 "PLX-D-NODE-PLUGINS": {
  "kind": "check of plexus doctor",
  "what": "nodes that lack plugins, according to their reports (--reports), and nodes without a report, whose plugin folders are not visible here",
  "fix": "Run plexus doctor on the node as root, or save the output of plexus doctor --end node -o json of each node and pass the folder with --reports.",
  "sections": []
 },
 "PLX-D-NODES": {
  "kind": "check of plexus doctor",
  "what": "nodes without a ready daemon: their pods get no additional networks, or do not start",
  "fix": "Let the DaemonSet tolerate the taints of these nodes (by default it tolerates all), and check with kubectl describe why a pod is not ready.",
  "sections": []
 },
 "PLX-D-NOT-UNDONE": {
  "kind": "check of plexus doctor",
  "what": "attachments that a DEL could not undo: still being retried (detaching), or abandoned so that pod deletion could proceed",
  "fix": "Correct the cause of the last error. With a host agent the daemon keeps retrying; otherwise run plexus attachments detach SANDBOX.",
  "sections": []
 },
 "PLX-D-OTHER-META-PLUGIN": {
  "kind": "check of plexus doctor",
  "what": "a configuration of Multus or another meta-plugin in the same folder",
  "fix": "Remove the DaemonSet of Multus, then the file (docs/from-multus.md). The daemon moves aside a file that sorts before its own.",
  "sections": []
 },
 "PLX-D-OWN-ACCESS": {
  "kind": "check of plexus doctor",
  "what": "the current user may not read some objects: the checks that need them report \"not checked\"",
  "fix": "Use a kubeconfig whose user may read these.",
  "sections": []
 },
 "PLX-D-PLUGINS": {
  "kind": "check of plexus doctor",
  "what": "a plugin that a network names is missing in the plugin folders, not executable, or built for another architecture",
  "fix": "Install it into this folder of the node. The reference plugins are in the release of containernetworking/plugins for its architecture.",
  "sections": [
   6
  ]
 },
 "PLX-D-POD-STATUS": {
  "kind": "check of plexus doctor",
  "what": "running pods that request networks and lack the annotation network-status: they were not attached, or Plexus could not write it",
  "fix": "Run plexus attachments on the node to see which were attached, and delete the others so that they are recreated.",
  "sections": []
 },
 "PLX-D-RBAC": {
  "kind": "check of plexus doctor",
  "what": "the daemon's service account lacks permissions",
  "fix": "Run kubectl apply -f deploy/base/rbac.yaml, or upgrade the chart. To check another account, pass --as system:serviceaccount:NAMESPACE:NAME.",
  "sections": []
 },
 "PLX-D-READY": {
  "kind": "check of plexus doctor",
  "what": "/readyz of the daemon reports that it cannot serve calls, and why",
  "fix": "Correct the reported cause; until then the pod of Plexus is not ready and CNI calls wait.",
  "sections": []
 },
 "PLX-D-RESTARTS": {
  "kind": "check of plexus doctor",
  "what": "containers of Plexus that cannot start, end repeatedly, or ran out of memory",
  "fix": "Run kubectl -n kube-system logs --previous POD -c CONTAINER. After OOMKilled, raise its memory limit (resources in the chart).",
  "sections": []
 },
 "PLX-D-RUNTIME-CONFIGURATION": {
  "kind": "check of plexus doctor",
  "what": "the configuration of the container runtime cannot be read, or makes it load several CNI configurations (max_conf_num), so that pods would get the default network twice",
  "fix": "Correct the configuration of the runtime and restart it. If the file system of the node is mounted elsewhere, set --root.",
  "sections": []
 },
 "PLX-D-RUNTIME-FOLDERS": {
  "kind": "check of plexus doctor",
  "what": "the configuration of the runtime names other folders than the configuration of Plexus, so the runtime does not see what Plexus writes",
  "fix": "Set the folders of the runtime in Plexus: cniConfDir of the daemon (paths.cniConfDir in the chart) and --cni-bin-dir of plexus install.",
  "sections": []
 },
 "PLX-D-SHIM": {
  "kind": "check of plexus doctor",
  "what": "the shim is missing, cannot run on this machine, or has another version than the daemon",
  "fix": "Restart the pod of Plexus on this node, whose init container installs the shim again, or run plexus install.",
  "sections": []
 },
 "PLX-D-SUBNETS": {
  "kind": "check of plexus doctor",
  "what": "addresses that a NetworkAttachmentDefinition and another one both assign, or that belong to pods or services: packets reach the wrong target",
  "fix": "Assign separate addresses to each network. To share a subnet on purpose, divide it with rangeStart and rangeEnd.",
  "sections": []
 },
 "PLX-D-UNATTACHED-PODS": {
  "kind": "check of plexus doctor",
  "what": "running pods that request networks and were never attached",
  "fix": "Delete these pods so that they are recreated with their networks.",
  "sections": []
 },
 "PLX-D-WATCH": {
  "kind": "check of plexus doctor",
  "what": "changes of NetworkAttachmentDefinitions do not reach the daemon, so it uses the last known ones",
  "fix": "Check why this node cannot reach the API server; the log of the daemon contains the last error.",
  "sections": []
 },
 "PLX-D-WEBHOOK": {
  "kind": "check of plexus doctor",
  "what": "the admission webhook is installed, but has no ready endpoint, no CA bundle, an authority that expires soon, or no matchConditions; or the API server accepts a pod that the webhook must reject (dry run)",
  "fix": "Check the pods and the log of the Deployment plexus-webhook, and apply its manifests again (docs/admission.md).",
  "sections": []
 },
 "PLX-DAEMON-AWAY": {
  "kind": "error",
  "what": "the plexus daemon cannot be reached at ‹socket› (‹problem›; waited ‹seconds› s)",
  "fix": "Check that the plexus daemon pod of this node is running (kubectl get pods -A -o wide); the runtime retries automatically.",
  "code": 11,
  "retry": "later",
  "sections": [
   0
  ]
 },
 "PLX-DAEMON-BUSY": {
  "kind": "error",
  "what": "the daemon is overloaded and rejected the call: ‹problem›",
  "fix": "No action needed: the runtime retries. If this persists, check the log of the daemon for plugins that hang.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-DAEMON-RUNNING": {
  "kind": "error",
  "what": "another plexus daemon serves ‹socket›",
  "fix": "Run one daemon on each node, or set another socket and another cniDir for this one.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-DAEMON-SERVES": {
  "kind": "error",
  "what": "the plexus daemon of this node is still running and serves ‹socket›",
  "fix": "Stop the daemon first: delete its DaemonSet with kubectl. A running daemon would write its configuration again.",
  "code": 7,
  "retry": "later",
  "sections": []
 },
 "PLX-DEFAULT-NETWORK-REFUSED": {
  "kind": "error",
  "what": "pod ‹pod› may not replace the default network: allowDefaultNetworkAnnotation allows it only in ‹allowed›",
  "fix": "Remove the annotation v1.multus-cni.io/default-network from the pod, or allow its namespace in allowDefaultNetworkAnnotation.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-DEFAULT-NETWORKS-INVALID": {
  "kind": "error",
  "what": "the default networks of namespace ‹namespace› were not added: ‹problem›",
  "fix": "Correct the annotation plexus-cni.io/default-networks of the namespace.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-DELS-DEFERRED": {
  "kind": "error",
  "what": "deferred DELs have not been carried out, so the networks of these deleted pods are still allocated: ‹sandboxes›",
  "fix": "Run plexus uninstall --settle-deferred on the node itself, or run the DaemonSet with its host agent until plexus attachments lists nothing as deferred. With --force, plexus uninstall continues and leaves the addresses of these pods allocated.",
  "code": 100,
  "retry": "later",
  "sections": []
 },
 "PLX-DEVICE-CONTAINER-UNKNOWN": {
  "kind": "error",
  "what": "annotation plexus-cni.io/device-container names \"‹container›\", but the containers are ‹known›",
  "fix": "Name a container of spec.containers in the annotation, or remove the annotation to use the first container.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-DEVICE-GONE": {
  "kind": "error",
  "what": "device ‹device› of network ‹network› is allocated to the pod but is no longer present on this node",
  "fix": "Check the node’s hardware and driver (dmesg, number of virtual functions), restart the device plugin, then delete the pod: a pod keeps its allocated devices until it is deleted.",
  "code": 100,
  "retry": "later",
  "sections": []
 },
 "PLX-DEVICE-INFO-INVALID": {
  "kind": "error",
  "what": "device information file ‹file› is invalid: ‹problem›",
  "fix": "Report this to the vendor of the plugin or device plugin that wrote the file. Plexus attaches the pod without device-info.",
  "code": 6,
  "retry": "never",
  "sections": []
 },
 "PLX-DEVICE-MISSING": {
  "kind": "error",
  "what": "network ‹network› requires a device of ‹of›, but ‹has›",
  "fix": "Request one device for each such network of the pod: in resources.limits of a container (kubelet does not report devices of ordinary init containers), or in the ResourceClaim. To attach the network without a device, set missingDevice: ignore.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-DISK-FULL": {
  "kind": "error",
  "what": "cannot ‹action› ‹file›: no space is left on the disk",
  "fix": "Free space or inodes on that file system (df and df -i show it); the runtime retries automatically.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-DISK-READ-ONLY": {
  "kind": "error",
  "what": "cannot ‹action› ‹file›: the file system is read-only",
  "fix": "Remount the file system for writing. If the kernel made it read-only, the disk has failed (see dmesg). The runtime retries automatically.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-EXEC-REFUSED": {
  "kind": "error",
  "what": "the API server refuses to run a command in pod ‹pod›, container ‹container› (status ‹status›): you may not create pods/exec",
  "fix": "Get the permission to create pods/exec in the namespace of Plexus (docs/commands.md has a Role), or run the command on the node as root.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-FILE-UNUSABLE": {
  "kind": "error",
  "what": "cannot ‹action› ‹file›: ‹problem›",
  "fix": "Check that the file or folder exists and that Plexus has permission to use it.",
  "code": 5,
  "retry": "later",
  "sections": []
 },
 "PLX-FINDINGS-MADE": {
  "kind": "error",
  "what": "plexus doctor found problems",
  "fix": "Follow the fix shown for each, errors first; docs/doctor.md explains each check.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-FOLDER-NOT-WRITABLE": {
  "kind": "error",
  "what": "cannot ‹action›: folder ‹folder› is not writable (‹errno›)",
  "fix": "Mount the folder writable into this container, or set --cni-bin-dir or --cni-conf-dir to another one and name the same folder in the configuration of the container runtime.",
  "code": 5,
  "retry": "never",
  "sections": []
 },
 "PLX-GC-INCOMPLETE": {
  "kind": "error",
  "what": "GC could not clean up everything: ‹problems›",
  "fix": "Correct the causes shown. The journal keeps what is left, and the next GC retries.",
  "code": 100,
  "retry": "later",
  "sections": []
 },
 "PLX-HOST-AGENT-MISSING": {
  "kind": "error",
  "what": "the networks of pod ‹pod› have changed, but no host agent is connected, and only it can run plugins for a running pod",
  "fix": "Install the host agent (deploy/components/host-agent, or hostAgent.enabled in the chart), or recreate the pod.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-HOST-COMMAND-FAILED": {
  "kind": "error",
  "what": "‹command› failed: ‹problem›",
  "fix": "Check that iproute2 and util-linux are installed and that Plexus runs as root.",
  "code": 5,
  "retry": "later",
  "sections": []
 },
 "PLX-HOST-FILE-INVALID": {
  "kind": "error",
  "what": "‹file› cannot be used: ‹problem›",
  "fix": "Correct the file (docs/direct-mode.md lists its keys). It must belong to root, and only root may write it: chown root, chmod 0644.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-HOST-INTERFACE-UNRESOLVED": {
  "kind": "error",
  "what": "network ‹network› uses interface \"‹logical›\" of the node, which cannot be determined: ‹problem›",
  "fix": "Correct the selectors in annotation plexus-cni.io/interfaces of the NetworkAttachmentDefinition so that exactly one interface of each node matches, or bring that interface up. The runtime retries automatically.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-HOST-REFUSED": {
  "kind": "error",
  "what": "the shim on the host refused ‹what›: ‹problem›",
  "fix": "Check that the image of the daemon is genuine: the shim refuses what the runtime’s call does not allow. If it is genuine, report this defect with the log.",
  "code": 999,
  "retry": "never",
  "sections": []
 },
 "PLX-HOST-REQUEST-FAILED": {
  "kind": "error",
  "what": "‹what› on the host failed: ‹problem›",
  "fix": "Check the node: free memory, free process IDs, kernel messages (dmesg).",
  "code": 5,
  "retry": "later",
  "sections": []
 },
 "PLX-IDENTIFIER-UNKNOWN": {
  "kind": "error",
  "what": "this version of Plexus has no identifier ‹identifier›; did you mean ‹meant›?",
  "fix": "Correct the identifier; plexus explain without one lists all.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-INTERFACE-NOT-ATTACHED": {
  "kind": "error",
  "what": "no element of the networks annotation of pod ‹pod› has interface ‹interfaceName›",
  "fix": "Run plexus pod NAME to list the interfaces of the pod. The default network cannot be detached.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-INTERFACE-TAKEN": {
  "kind": "error",
  "what": "interface name ‹interfaceName› is already used by ‹by›",
  "fix": "Request another interface name, or none, so that Plexus chooses a free one.",
  "code": 7,
  "retry": "never",
  "sections": [
   2
  ]
 },
 "PLX-INTERNAL": {
  "kind": "error",
  "what": "internal error: ‹problem›",
  "fix": "Report this defect of Plexus with the log of this call.",
  "code": 999,
  "retry": "never",
  "sections": []
 },
 "PLX-KUBECONFIG-UNUSABLE": {
  "kind": "error",
  "what": "kubeconfig ‹file› cannot be used: ‹problem›",
  "fix": "Put a kubeconfig with a current-context at that path, or correct kubeconfig in the configuration of Plexus.",
  "code": 7,
  "retry": "later",
  "sections": []
 },
 "PLX-KUBELET-CHECKPOINT-DAMAGED": {
  "kind": "error",
  "what": "kubelet’s checkpoint ‹file› cannot be read: ‹problem›",
  "fix": "Mount kubelet’s folder pod-resources into the daemon’s pod, so that Plexus queries kubelet directly and does not need this file.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-KUBELET-UNAVAILABLE": {
  "kind": "error",
  "what": "cannot read the devices of the pod from kubelet at ‹source›: ‹problem›",
  "fix": "Check that kubelet runs and that the folder of this socket (not only the socket) is mounted into the daemon’s pod. If kubelet has another --root-dir, set paths.kubeletDir of the chart (or patch the mounts); in direct mode, set kubeletDir.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-LINK-DAMAGED": {
  "kind": "error",
  "what": "protocol error on the host link: ‹problem›",
  "fix": "Install the shim of the running daemon again (plexus install). No other program may use this socket.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-LINK-LOST": {
  "kind": "error",
  "what": "the shim on the host exited and interrupted ‹what›",
  "fix": "No action needed: the runtime has ended this call and sends a DEL, with which Plexus undoes what the journal contains.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-LINK-MISMATCH": {
  "kind": "error",
  "what": "the daemon (‹daemon›) uses host link ‹daemonLink›, the shim (‹shim›) uses ‹shimLink›",
  "fix": "Bring both to the same version: install the shim of the running daemon with plexus install, or finish the upgrade.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-MANIFEST-INVALID": {
  "kind": "error",
  "what": "manifest ‹file›: ‹problem›",
  "fix": "Correct the YAML file.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-NAD-IN-USE": {
  "kind": "error",
  "what": "NetworkAttachmentDefinition ‹nad› is used by ‹pods›",
  "fix": "Delete the pods first, or set the annotation plexus-cni.io/force-delete: \"true\" on the NetworkAttachmentDefinition.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-NAD-INVALID": {
  "kind": "error",
  "what": "NetworkAttachmentDefinition ‹nad›: ‹problem›",
  "fix": "Correct spec.config of the NetworkAttachmentDefinition.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-NAD-NOT-FOUND": {
  "kind": "error",
  "what": "‹requester› requests NetworkAttachmentDefinition ‹nad›, which does not exist",
  "fix": "Create the NetworkAttachmentDefinition, or correct its name or namespace in the annotation or configuration.",
  "code": 7,
  "retry": "later",
  "sections": [
   4
  ]
 },
 "PLX-NAD-TOO-LARGE": {
  "kind": "error",
  "what": "NetworkAttachmentDefinition ‹nad›: spec.config has ‹length› characters, but at most ‹most› are allowed",
  "fix": "Shorten spec.config of the NetworkAttachmentDefinition, or put the configuration into a file on the nodes and leave spec.config out.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-NAME-INVALID": {
  "kind": "error",
  "what": "‹what› \"‹name›\" is not the name of a Kubernetes object: lower-case letters, digits, \"-\" and \".\" are allowed, with a letter or digit at both ends",
  "fix": "Pass the name of an existing object: K8S_POD_NAMESPACE and K8S_POD_NAME in CNI_ARGS come from the container runtime.",
  "code": 4,
  "retry": "never",
  "sections": []
 },
 "PLX-NAMESPACE-NOT-FOUND": {
  "kind": "error",
  "what": "namespace ‹namespace› does not exist",
  "fix": "Correct the name (kubectl get namespaces), or use -A for all namespaces.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-NAMESPACE-REFUSED": {
  "kind": "error",
  "what": "pod ‹pod› may not use NetworkAttachmentDefinition ‹nad›: namespaceIsolation allows only ‹allowed›",
  "fix": "Use a network of the pod’s own namespace, or add the namespace of that network to globalNamespaces.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-NESTED-CALL": {
  "kind": "error",
  "what": "‹network› runs the plugin ‹plugin›, which would invoke Plexus recursively",
  "fix": "Remove the plugin types that begin with plexus or multus from that network's configuration, from ipam and delegate too.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-NETNS-IS-HOST": {
  "kind": "error",
  "what": "CNI_NETNS ‹netns› is the network namespace that Plexus itself runs in",
  "fix": "Pass the network namespace of a pod. To change the host itself, set CNI_NETNS_OVERRIDE=1.",
  "code": 8,
  "retry": "never",
  "sections": []
 },
 "PLX-NETNS-UNUSABLE": {
  "kind": "error",
  "what": "network namespace ‹netns› cannot be used: ‹problem›",
  "fix": "Check the container runtime: it must create the network namespace before ADD and keep it until DEL.",
  "code": 8,
  "retry": "never",
  "sections": []
 },
 "PLX-NETWORK-FILE-MISSING": {
  "kind": "error",
  "what": "no network configuration named \"‹network›\" in ‹folder› (present: ‹present›)",
  "fix": "Put a .conflist or .conf file with that \"name\" into the folder on this node, or set spec.config of the NetworkAttachmentDefinition.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-NETWORK-UNKNOWN": {
  "kind": "error",
  "what": "no network is named ‹network›, and no pod requests one of that name; did you mean ‹meant›?",
  "fix": "Correct the name; plexus networks lists those that exist.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-NETWORKS-NOT-IN-SYNC": {
  "kind": "error",
  "what": "pod ‹pod› does not have the requested networks after ‹seconds› s: ‹problem›",
  "fix": "Run kubectl describe pod to read its Events and the condition plexus-cni.io/NetworksInSync. Plexus keeps retrying.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-NETWORKS-TOO-LARGE": {
  "kind": "error",
  "what": "the networks of this pod are too large for the daemon: together with ‹nad›, their configurations take about ‹weight› bytes, but at most ‹most› are allowed for one pod",
  "fix": "Use fewer networks in the pod, or shorten spec.config of their NetworkAttachmentDefinitions or the cni-args of the pod.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-NETWORKS-TOO-MANY": {
  "kind": "error",
  "what": "annotation ‹key› names ‹networks› networks, but maxNetworksPerPod allows ‹most›",
  "fix": "Name fewer networks in the annotation, or raise maxNetworksPerPod (1 to 1000) in the configuration of Plexus.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-NO-RECORD-SELECTED": {
  "kind": "error",
  "what": "the journal in ‹folder› has no attachment of ‹what›",
  "fix": "Run plexus attachments to list what the journal of this node contains; another node is selected with --node.",
  "code": 3,
  "retry": "never",
  "sections": []
 },
 "PLX-NODE-IN-USE": {
  "kind": "error",
  "what": "pods on this node use networks of Plexus: ‹sandboxes›; deleted pods whose DEL is deferred: ‹deferred›",
  "fix": "Drain the node, or delete these pods; plexus uninstall --force leaves their additional networks attached permanently.",
  "code": 100,
  "retry": "later",
  "sections": []
 },
 "PLX-NODE-MISSING": {
  "kind": "error",
  "what": "Node.js is missing",
  "fix": "Install Node.js 22.19 or newer, or set PLEXUS_NODE to its path.",
  "code": 5,
  "retry": "later",
  "sections": []
 },
 "PLX-NODE-NETWORK-MISSING": {
  "kind": "error",
  "what": "a network of this node has no usable configuration yet: ‹path›: ‹problem›",
  "fix": "Check that the pod of that network runs on this node and has written its file, or correct clusterNetwork in the configuration of Plexus.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-NODE-SELECTOR-CONFLICT": {
  "kind": "error",
  "what": "NetworkAttachmentDefinition ‹nad› requires nodes with ‹label›=\"‹value›\", but ‹source› requires ‹label›=\"‹other›\"",
  "fix": "Remove the label from spec.nodeSelector of the pod, or select a network that exists on these nodes.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-NODE-SELECTOR-INVALID": {
  "kind": "error",
  "what": "annotation k8s.v1.cni.cncf.io/nodeSelector of NetworkAttachmentDefinition ‹nad› is \"‹value›\", which is not one label",
  "fix": "Write one label as key=value, or key alone, in the annotation of the NetworkAttachmentDefinition.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-NODE-TOO-OLD": {
  "kind": "error",
  "what": "Plexus needs Node.js 22.19 or newer, but this is ‹version› (‹file›)",
  "fix": "Install a newer Node.js, or set PLEXUS_NODE to the path of one.",
  "code": 5,
  "retry": "later",
  "sections": []
 },
 "PLX-NODE-WITHOUT-DAEMON": {
  "kind": "error",
  "what": "node ‹node› has no running plexus daemon: ‹state›",
  "fix": "Check the name of the node (kubectl get nodes), and why the DaemonSet of Plexus has no running pod there: kubectl get pods -A -o wide -l app.kubernetes.io/name=plexus.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-NOT-ON-NODE": {
  "kind": "error",
  "what": "this machine is not a node of Plexus: ‹what›",
  "fix": "Choose a node with --node NAME, or a pod; the command then runs in the daemon of that node. On a node itself, run it as root, or set --cni-dir.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-NOT-READY": {
  "kind": "error",
  "what": "the default network is not ready: ‹file› does not exist (waited ‹seconds› s)",
  "fix": "Wait until the default network of this node has written that file. If this lasts, check the pod of that network on this node.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-NOTHING-LOOKED-AT": {
  "kind": "error",
  "what": "plexus doctor could not check anything: ‹why›",
  "fix": "Run it on a node as root, or with a kubeconfig (--kubeconfig). If the folders of the node are elsewhere, set --root or --cni-conf-dir.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-NOTHING-RECORDED": {
  "kind": "error",
  "what": "the daemon of this node has recorded no operation of ‹what›",
  "fix": "Run the command on the node of the pod, soon after the operation: the daemon keeps the newest operations only, and none from before its start. See docs/observability.md.",
  "code": 3,
  "retry": "never",
  "sections": []
 },
 "PLX-OBSERVE-UNREACHABLE": {
  "kind": "error",
  "what": "cannot read recent operations from the plexus daemon at ‹socket›: ‹problem›",
  "fix": "Run the command with --node NODE, which runs it in the daemon of that node, or as root on the node itself.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-OPERATION-CANCELLED": {
  "kind": "error",
  "what": "‹command› was cancelled: ‹reason›",
  "fix": "No action needed: the runtime ended the call or the pod was deleted, and Plexus has undone what was attached.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-OPERATION-TIMEOUT": {
  "kind": "error",
  "what": "‹command› did not finish within ‹seconds› s",
  "fix": "Find the slowest step in the log or with plexus trace. If the networks are only slow, raise the limit of this command in deadlines (configuration of Plexus).",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-PATH-NOT-ALLOWED": {
  "kind": "error",
  "what": "direct mode accepts ‹key› only from ‹file›, but the configuration on standard input sets it to ‹value›",
  "fix": "If the path is right, write it into that file (plexus install does so); otherwise remove the key from the configuration.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-PLUGIN-FAILED": {
  "kind": "error",
  "what": "plugin ‹plugin› failed (‹command›): ‹message›",
  "fix": "Read the message of the plugin. To see what the plugin received, run plexus trace pod NAME --verbose.",
  "code": 999,
  "retry": "later",
  "sections": [
   1,
   7
  ]
 },
 "PLX-PLUGIN-MISSING": {
  "kind": "error",
  "what": "CNI plugin \"‹plugin›\" is missing in ‹folders›",
  "fix": "Install the plugin on this node in one of these folders.",
  "code": 7,
  "retry": "later",
  "sections": [
   6
  ]
 },
 "PLX-PLUGIN-NOT-RUNNABLE": {
  "kind": "error",
  "what": "CNI plugin ‹plugin› (‹file›) cannot be run: ‹problem›",
  "fix": "Check that the file is executable and built for the architecture of this node.",
  "code": 5,
  "retry": "later",
  "sections": []
 },
 "PLX-PLUGIN-OUTPUT-TOO-LONG": {
  "kind": "error",
  "what": "plugin ‹plugin› printed more than ‹limitBytes› bytes and was killed",
  "fix": "Update the plugin or report this to its vendor: it must print one result.",
  "code": 5,
  "retry": "never",
  "sections": []
 },
 "PLX-PLUGIN-REFUSED": {
  "kind": "error",
  "what": "NetworkAttachmentDefinition ‹nad› is not allowed in its namespace by policy \"‹policy›\": ‹place›: ‹problem›",
  "fix": "Correct spec.config of the NetworkAttachmentDefinition, or ask an administrator for another policy (pluginPolicies, docs/plugin-policies.md).",
  "code": 7,
  "retry": "later",
  "sections": []
 },
 "PLX-PLUGIN-TIMEOUT": {
  "kind": "error",
  "what": "plugin ‹plugin› did not finish ‹command› within ‹seconds› s and was killed",
  "fix": "Read the log of the plugin. If the plugin is only slow, raise deadlines.pluginSeconds in the configuration of Plexus.",
  "code": 11,
  "retry": "later",
  "sections": [
   8
  ]
 },
 "PLX-PLUGINS-ELSEWHERE": {
  "kind": "error",
  "what": "none of the required CNI plugins (‹plugins›) is in ‹folders›",
  "fix": "Run the command on the node as root, because the container of the daemon cannot run plugins: component stand-in installs it there as plexus-direct, beside the plugins. Or add component host-agent: the daemon then detaches in the background. If the plugins are elsewhere, set --cni-path.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-POD-ENDING": {
  "kind": "error",
  "what": "pod ‹pod› is being deleted, so the change of its networks is ignored",
  "fix": "No action needed: the networks of the pod are detached when it ends.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-POD-MAY-BE-ALIVE": {
  "kind": "error",
  "what": "the network namespace of sandbox ‹sandbox› still exists (‹netns›): its pod may be alive",
  "fix": "Delete the pod, so that the runtime detaches its sandbox. With --force, Plexus detaches the sandbox even if the pod is running.",
  "code": 100,
  "retry": "never",
  "sections": []
 },
 "PLX-POD-NOT-ATTACHED": {
  "kind": "error",
  "what": "the journal in ‹folder› has no complete attachment of pod ‹pod›",
  "fix": "Run the command on the node of the pod; plexus attachments lists what is attached there.",
  "code": 3,
  "retry": "never",
  "sections": []
 },
 "PLX-POD-NOT-FOUND": {
  "kind": "error",
  "what": "pod ‹pod› does not exist",
  "fix": "No action needed if the pod was just deleted. Otherwise check that the kubeconfig points to the cluster of this node.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-POD-ON-HOST-NETWORK": {
  "kind": "error",
  "what": "pod ‹pod› uses the network of the node, so it cannot be attached to other networks",
  "fix": "Remove the annotation, or run the pod without hostNetwork.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-POD-REPLACED": {
  "kind": "error",
  "what": "pod ‹pod› with UID ‹expected› was deleted; a new pod with the same name has UID ‹actual›",
  "fix": "No action needed: the sandbox belongs to a deleted pod of the same name, and the runtime removes it.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-POD-UNIDENTIFIED": {
  "kind": "error",
  "what": "CNI_ARGS does not identify a pod: ‹missing› is missing",
  "fix": "Check the container runtime: it must pass K8S_POD_NAMESPACE and K8S_POD_NAME in CNI_ARGS.",
  "code": 4,
  "retry": "never",
  "sections": []
 },
 "PLX-POD-WITHOUT-NODE": {
  "kind": "error",
  "what": "pod ‹pod› is not assigned to a node, so no daemon knows it",
  "fix": "Find out why the scheduler has not assigned the pod: kubectl describe pod.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-PORT-UNUSABLE": {
  "kind": "error",
  "what": "cannot listen on ‹address›: ‹problem›",
  "fix": "Pass another port with --port, or omit the option to use a free one.",
  "code": 5,
  "retry": "later",
  "sections": []
 },
 "PLX-RECORD-DAMAGED": {
  "kind": "error",
  "what": "journal file ‹file› cannot be read: ‹problem›",
  "fix": "Release the interfaces and addresses of the sandbox by hand. Plexus has moved the file aside for inspection.",
  "code": 6,
  "retry": "never",
  "sections": []
 },
 "PLX-RECORD-NEWER": {
  "kind": "error",
  "what": "journal file ‹file› has format ‹formatVersion›, which only a newer version of Plexus can read",
  "fix": "Install the newer version of Plexus on this node again; it continues with this file. Do not delete the file: nothing is lost.",
  "code": 6,
  "retry": "never",
  "sections": []
 },
 "PLX-REQUEST-UNSERVED": {
  "kind": "error",
  "what": "the pod requests ‹request› on network ‹network›, but none of its plugins reads it: ‹plugins›‹misplaced›",
  "fix": "Use a network with a plugin that reads this request (docs/requests.md), or remove the request from the annotation. To attach the pod without it, set unservedRequests: warn.",
  "code": 7,
  "retry": "never",
  "sections": [
   3
  ]
 },
 "PLX-RESOURCE-NOT-REQUESTED": {
  "kind": "error",
  "what": "network ‹network› requires a device of resource ‹resource›, but pod ‹pod› does not request that resource",
  "fix": "Add the resource to resources.limits of a container of the pod, or let an admission webhook inject it. To attach the network without a device, set missingDevice: ignore.",
  "code": 7,
  "retry": "never",
  "sections": [
   5
  ]
 },
 "PLX-RESULT-INVALID": {
  "kind": "error",
  "what": "‹source› is not a CNI result: ‹problem›",
  "fix": "Update the plugin, or move its log to stderr or a file: it must print only its result on stdout.",
  "code": 6,
  "retry": "never",
  "sections": []
 },
 "PLX-RESULT-NOT-CONVERTIBLE": {
  "kind": "error",
  "what": "a CNI result of version ‹from› cannot be converted to ‹to›: ‹problem›",
  "fix": "Use a newer cniVersion: 0.3.1 and later can hold every result.",
  "code": 1,
  "retry": "never",
  "sections": []
 },
 "PLX-RESULT-TOO-LARGE": {
  "kind": "error",
  "what": "‹source› is too large: it holds ‹holds›, but Plexus accepts at most ‹most›",
  "fix": "Update the plugin, or reduce what its configuration makes it return.",
  "code": 6,
  "retry": "never",
  "sections": []
 },
 "PLX-REVIEW-INVALID": {
  "kind": "error",
  "what": "the request is not an AdmissionReview of admission.k8s.io/v1: ‹problem›",
  "fix": "Send an AdmissionReview of admission.k8s.io/v1, as the Kubernetes API server does.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-REVIEW-TIMED-OUT": {
  "kind": "error",
  "what": "the webhook could not decide within ‹ms› ms",
  "fix": "Check the log of the webhook and the load of the API server, then retry.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-ROUTES-FAILED": {
  "kind": "error",
  "what": "default route of ‹interfaceName› cannot be set: ‹problem›",
  "fix": "Check that the gateway is reachable through an address of that interface.",
  "code": 100,
  "retry": "never",
  "sections": []
 },
 "PLX-SANDBOX-BUSY": {
  "kind": "error",
  "what": "sandbox ‹sandbox› is locked by ‹holder›",
  "fix": "No action needed: the runtime retries. If this persists, check whether that process hangs.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-SANDBOX-UNKNOWN": {
  "kind": "error",
  "what": "several sandboxes begin with \"‹sandbox›\": ‹matches›",
  "fix": "Pass the container ID of a sandbox that plexus attachments lists, or enough of its beginning to be unique.",
  "code": 3,
  "retry": "never",
  "sections": []
 },
 "PLX-SELECTION-INVALID": {
  "kind": "error",
  "what": "annotation ‹key›: ‹value› is not ‹allowed›",
  "fix": "Correct the annotation of the pod (in its Deployment, StatefulSet or other owner).",
  "code": 7,
  "retry": "never",
  "sections": [
   2
  ]
 },
 "PLX-SELECTIONS-UNRECORDED": {
  "kind": "error",
  "what": "pod ‹pod› was attached by an earlier version of Plexus, whose record does not contain what the pod requested and does not match its annotation now; its networks are left as they are",
  "fix": "Recreate the pod. Pods that start from now on follow their annotation.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-SETTINGS-INVALID": {
  "kind": "error",
  "what": "configuration of Plexus, ‹path›: ‹problem›",
  "fix": "Correct the configuration of Plexus; docs/configuration.md lists every key.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-SHIM-FAILED": {
  "kind": "error",
  "what": "out of memory in the plexus shim",
  "fix": "Free memory on the node.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-SHIM-UNUSABLE": {
  "kind": "error",
  "what": "‹file› cannot be installed as the shim: ‹problem›",
  "fix": "Set --shim to the file that npm run build makes for this architecture (dist/shim/plexus).",
  "code": 5,
  "retry": "never",
  "sections": []
 },
 "PLX-SPARE-DEVICE-MISSING": {
  "kind": "error",
  "what": "network ‹network› requires a device of ‹of›, but the running pod has none left, and devices are allocated only when a pod starts",
  "fix": "Request one more device in the pod template and recreate the pod. Only devices that a pod got when it started, and that none of its networks uses, can be used by a network that is added later.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-STAND-IN-UNUSABLE": {
  "kind": "error",
  "what": "‹file› cannot be installed as the fallback for the daemon: ‹problem›",
  "fix": "Build it with npm run build:standalone (dist/standalone/plexus-direct) and put it beside the shim, or omit --stand-in.",
  "code": 5,
  "retry": "never",
  "sections": []
 },
 "PLX-STATUS-NOT-READY": {
  "kind": "error",
  "what": "this node cannot attach pods now: ‹problem›",
  "fix": "Wait until the default network of this node is ready. If this lasts, check the pod of that network on this node.",
  "code": 50,
  "retry": "later",
  "sections": []
 },
 "PLX-STILL-IN-USE": {
  "kind": "error",
  "what": "only abandoned attachments can be forgotten, but sandbox ‹sandbox› still uses ‹names›",
  "fix": "Delete the pod, so that DEL undoes its attachments. With --force, the journal forgets the attachments although they are not undone.",
  "code": 100,
  "retry": "never",
  "sections": []
 },
 "PLX-UNINSTALL-INCOMPLETE": {
  "kind": "error",
  "what": "plexus uninstall did not finish: ‹problems›",
  "fix": "Correct the problems shown, as root on the node, and run plexus uninstall again.",
  "code": 5,
  "retry": "never",
  "sections": []
 },
 "PLX-USE-REFUSED": {
  "kind": "error",
  "what": "pod ‹pod› may not use NetworkAttachmentDefinition ‹nad›: the network requires the permission \"use\", which ‹user› does not have (‹reason›)",
  "fix": "Grant the verb use on this NetworkAttachmentDefinition with a Role and a RoleBinding in its namespace (docs/permissions.md; plexus can-use shows the objects), or name another network.",
  "code": 7,
  "retry": "later",
  "sections": []
 },
 "PLX-USE-STATIC-POD": {
  "kind": "error",
  "what": "static pod ‹pod› may not use NetworkAttachmentDefinition ‹nad›: the network requires the permission \"use\", and staticPodUse is refuse",
  "fix": "Set staticPodUse: allow in the configuration of Plexus, or name another network.",
  "code": 7,
  "retry": "never",
  "sections": []
 },
 "PLX-USE-UNKNOWN": {
  "kind": "error",
  "what": "cannot check whether pod ‹pod› may use NetworkAttachmentDefinition ‹nad›: ‹problem›",
  "fix": "Check that the API server answers and that the ServiceAccount of Plexus may create subjectaccessreviews, then retry.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-V-ADDRESS": {
  "kind": "rule of plexus validate",
  "what": "An IP address, network or MAC address is malformed.",
  "fix": "Correct it.",
  "sections": []
 },
 "PLX-V-ANNOTATION": {
  "kind": "rule of plexus validate",
  "what": "An annotation looks like one of the NPWG standard, but is not.",
  "fix": "Correct the key.",
  "sections": []
 },
 "PLX-V-API-VERSION": {
  "kind": "rule of plexus validate",
  "what": "A NetworkAttachmentDefinition has an apiVersion that no cluster serves.",
  "fix": "Write apiVersion: k8s.cni.cncf.io/v1.",
  "sections": []
 },
 "PLX-V-CHAIN": {
  "kind": "rule of plexus validate",
  "what": "A plugin that only changes an interface has none before it.",
  "fix": "Put it into \"plugins\", after the plugin that makes the interface.",
  "sections": []
 },
 "PLX-V-DEFAULT-ROUTE": {
  "kind": "rule of plexus validate",
  "what": "A default route has no gateway, or one that cannot be reached.",
  "fix": "Name a gateway of the network, or drop the route.",
  "sections": []
 },
 "PLX-V-DUPLICATE": {
  "kind": "rule of plexus validate",
  "what": "Two objects of one kind have the same namespace and name.",
  "fix": "Rename one of them, or delete it.",
  "sections": []
 },
 "PLX-V-EXCLUSIVE": {
  "kind": "rule of plexus validate",
  "what": "Two keys that exclude each other are set, or none of several keys of which one is required.",
  "fix": "Keep exactly one of them.",
  "sections": []
 },
 "PLX-V-GATEWAY": {
  "kind": "rule of plexus validate",
  "what": "A gateway cannot be reached from its subnet.",
  "fix": "Use an address of the subnet.",
  "sections": []
 },
 "PLX-V-IGNORED": {
  "kind": "rule of plexus validate",
  "what": "A key has no effect because of another one.",
  "fix": "Keep the intended one.",
  "sections": []
 },
 "PLX-V-INVISIBLE": {
  "kind": "rule of plexus validate",
  "what": "A line begins with a character that looks like a space but is none: YAML reads it as part of the key.",
  "fix": "Replace it with spaces.",
  "sections": []
 },
 "PLX-V-KEY-MISSING": {
  "kind": "rule of plexus validate",
  "what": "A key that the plugin requires is missing.",
  "fix": "Add it.",
  "sections": []
 },
 "PLX-V-KEY-REPEATED": {
  "kind": "rule of plexus validate",
  "what": "A key occurs twice; the last one takes effect.",
  "fix": "Remove one of them.",
  "sections": []
 },
 "PLX-V-KEY-UNKNOWN": {
  "kind": "rule of plexus validate",
  "what": "A key that no program reads.",
  "fix": "Correct its spelling, or remove it.",
  "sections": []
 },
 "PLX-V-MISPLACED": {
  "kind": "rule of plexus validate",
  "what": "An annotation for pods is on their owner, where no program reads it.",
  "fix": "Move it to spec.template.metadata.annotations.",
  "sections": []
 },
 "PLX-V-NO-ADDRESSES": {
  "kind": "rule of plexus validate",
  "what": "An IPAM plugin has no addresses to assign.",
  "fix": "Set the addresses, or let pods request them.",
  "sections": []
 },
 "PLX-V-NODE-FILE": {
  "kind": "rule of plexus validate",
  "what": "A NetworkAttachmentDefinition has no spec.config: a file of that name on the node is used, which is not checked.",
  "fix": "No action needed if every node has the file.",
  "sections": []
 },
 "PLX-V-NOT-READ": {
  "kind": "rule of plexus validate",
  "what": "A file in a folder is neither YAML nor JSON and mentions no networks: it is skipped.",
  "fix": "No action needed if the file is for another program.",
  "sections": []
 },
 "PLX-V-OBJECT": {
  "kind": "rule of plexus validate",
  "what": "A Kubernetes object has no name or an impossible one, or a value of the wrong type.",
  "fix": "Correct the object.",
  "sections": []
 },
 "PLX-V-PLUGIN-UNKNOWN": {
  "kind": "rule of plexus validate",
  "what": "The options of this plugin are unknown and not checked.",
  "fix": "No action needed if the type is correct.",
  "sections": []
 },
 "PLX-V-PLUGINS-MANY": {
  "kind": "rule of plexus validate",
  "what": "A list has more plugins than are checked.",
  "fix": "Shorten the list, or check the plugins at its end separately.",
  "sections": []
 },
 "PLX-V-RANGE": {
  "kind": "rule of plexus validate",
  "what": "Addresses of a range are not in their subnet.",
  "fix": "Correct the range or the subnet.",
  "sections": []
 },
 "PLX-V-RANGE-OVERLAP": {
  "kind": "rule of plexus validate",
  "what": "Ranges of one network overlap.",
  "fix": "Separate the ranges, or merge them into one.",
  "sections": []
 },
 "PLX-V-REQUEST-LOST": {
  "kind": "rule of plexus validate",
  "what": "No plugin receives a request of a pod.",
  "fix": "Declare the capability in the network, or drop the request.",
  "sections": []
 },
 "PLX-V-REQUEST-OUTSIDE": {
  "kind": "rule of plexus validate",
  "what": "A pod requests an address that its network cannot assign.",
  "fix": "Request an address of the network.",
  "sections": []
 },
 "PLX-V-SUBNET-SHARED": {
  "kind": "rule of plexus validate",
  "what": "Two networks on the same link assign the same addresses independently.",
  "fix": "Use separate ranges, or one NetworkAttachmentDefinition for both.",
  "sections": []
 },
 "PLX-V-SYNTAX": {
  "kind": "rule of plexus validate",
  "what": "A file is neither YAML nor JSON.",
  "fix": "Correct the text at this place.",
  "sections": []
 },
 "PLX-V-TEMPLATE": {
  "kind": "rule of plexus validate",
  "what": "A template, or a value with a placeholder: it is not checked.",
  "fix": "Render it first (helm template, for example) and check the result.",
  "sections": []
 },
 "PLX-V-UNCHECKED": {
  "kind": "rule of plexus validate",
  "what": "An object of a kind that is not checked contains networks of pods or a NetworkAttachmentDefinition.",
  "fix": "Check what is made from it: helm template, kubectl get pod -o yaml or kubectl get net-attach-def -o yaml, piped into plexus validate -.",
  "sections": []
 },
 "PLX-V-USE-REQUIRED": {
  "kind": "rule of plexus validate",
  "what": "A pod names a network that requires the permission to use it, which is not checked.",
  "fix": "Check it with plexus can-use NETWORK --as system:serviceaccount:NAMESPACE:NAME.",
  "sections": []
 },
 "PLX-V-VALUE": {
  "kind": "rule of plexus validate",
  "what": "A value has the wrong type, or is not among the allowed ones.",
  "fix": "Use an allowed value.",
  "sections": []
 },
 "PLX-V-VERSION-ABSENT": {
  "kind": "rule of plexus validate",
  "what": "A configuration has no cniVersion.",
  "fix": "Add \"cniVersion\": \"1.0.0\", or a version that all its plugins support.",
  "sections": []
 },
 "PLX-VARIABLE-INVALID": {
  "kind": "error",
  "what": "‹name›=\"‹value›\" is not ‹allowed›",
  "fix": "Correct the variable in the caller, usually the container runtime.",
  "code": 4,
  "retry": "never",
  "sections": []
 },
 "PLX-VARIABLES-MISSING": {
  "kind": "error",
  "what": "required env variables [‹names›] missing for ‹command›",
  "fix": "Check the caller, usually the container runtime: it must set these variables (CNI specification, section 2).",
  "code": 4,
  "retry": "never",
  "sections": []
 },
 "PLX-VERSION-INCOMPATIBLE": {
  "kind": "error",
  "what": "incompatible CNI versions: ‹source› has \"‹version›\"; supported: ‹supported›",
  "fix": "Use one of the supported versions as cniVersion.",
  "code": 1,
  "retry": "never",
  "sections": []
 },
 "PLX-WEBHOOK-BUSY": {
  "kind": "error",
  "what": "the webhook already handles ‹most› requests",
  "fix": "Retry. If it persists, increase the replicas of the webhook.",
  "code": 11,
  "retry": "later",
  "sections": []
 },
 "PLX-WEBHOOK-SECRET-MISSING": {
  "kind": "error",
  "what": "Secret ‹secret› for the certificate of the webhook does not exist",
  "fix": "Apply the manifests of the webhook again, which contain the Secret (deploy/components/webhook), or use cert-manager.",
  "code": 11,
  "retry": "later",
  "sections": []
 }
};
export const sections = [
 {
  "title": "The daemon is unavailable",
  "text": "```\n$ plexus pods --problems\nerror  attach-failing, for 5s, 1 time\n  pod default/web-1 on node node-1 cannot start and is not attached to default/storage: PLX-DAEMON-AWAY: the plexus daemon cannot be reached at /run/plexus/plexus.sock (nothing is listening there; waited 2 s)\n  fix: Check that the plexus daemon pod of this node is running (kubectl get pods -A -o wide); the runtime retries automatically.\n```\n\n```\n$ plexus status\nwaiting  daemon        DaemonSet kube-system/plexus: 1 of 2 nodes ready, 2 up to date\nwaiting  not ready     node-1: kube-system/plexus-x7k2p is Running, not ready, 4 restarts\nok       version       plexus-cni:0.1.0 on 2 nodes; this program: 0.1.0\nok       networks API  CustomResourceDefinition installed\nok       webhook       not installed (optional)\nok       networks      1 defined\nerror    pods          1 failing: see plexus pods -A --problems\nok       leftovers     no attachment was abandoned within the last hour\n```\n\n```\n$ kubectl describe pod web-1 | grep -A9 ^Events:\nEvents:\n  Type     Reason                  Age   From     Message\n  ----     ------                  ----  ----     -------\n  Warning  FailedCreatePodSandBox  5s    kubelet  Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox \"4f1c8b2e90d7\": plugin type=\"plexus\" name=\"cluster-net\" failed (add): PLX-DAEMON-AWAY: the plexus daemon cannot be reached at /run/plexus/plexus.sock (nothing is listening there; waited 2 s). Check that the plexus daemon pod of this node is running (kubectl get pods -A -o wide); the runtime retries automatically.\n```\n\n```\n$ plexus doctor --end node 2>&1 | grep ^error\nerror  PLX-D-DAEMON  /run/plexus/plexus.sock  no process listens there (connect ECONNREFUSED /run/plexus/plexus.sock)\n```\n\nWhy. The daemon of this node does not answer: its pod was evicted, crashes, or was never scheduled there (taints).\nRunning pods keep their networks. Deletions proceed if the host agent or the fallback is installed; otherwise they\nwait as well (reliability.md).\n\nFix. Run `kubectl -n kube-system get pods -o wide -l app.kubernetes.io/name=plexus`, then `kubectl describe` and\n`kubectl logs -c daemon` for the pod on this node. If Plexus was uninstalled, its files may still be on the node: see\nuninstall.md. To start pods even while the daemon is unavailable, install the fallback\n(install.md)."
 },
 {
  "title": "No address is left",
  "text": "```\n$ plexus pods --problems\nerror  attach-failing, for 5s, 1 time\n  pod default/web-3 on node node-1 cannot start and is not attached to default/storage: PLX-PLUGIN-FAILED: plugin bridge failed (ADD): failed to allocate for range 0: no IP addresses available in range set: 10.30.0.10-10.30.0.11\n  fix: Read the message of the plugin. To see what the plugin received, run plexus trace pod web-3 -n default --verbose.\n```\n\n```\n$ plexus attachments\nSANDBOX       POD            INTERFACE  NETWORK          STATE     AGE  TRIES  WHY\n4f1c8b2e90d7  default/web-1  eth0       cluster-net      attached  9s   -      -\n4f1c8b2e90d7  default/web-1  net1       default/storage  attached  9s   -      -\na07d93b15c22  default/web-2  eth0       cluster-net      attached  8s   -      -\na07d93b15c22  default/web-2  net1       default/storage  attached  8s   -      -\n```\n\n```\n$ kubectl describe pod web-3 | grep -A9 ^Events:\nEvents:\n  Type     Reason            Age   From    Message\n  ----     ------            ----  ----    -------\n  Warning  AttachmentFailed  5s    plexus  PLX-PLUGIN-FAILED: plugin bridge failed (ADD): failed to allocate for range 0: no IP addresses available in range set: 10.30.0.10-10.30.0.11. Read the message of the plugin. To see what the plugin received, run plexus trace pod NAME --verbose.\n```\n\n```\n$ plexus doctor --end node 2>&1 | grep -A2 ^PLX-D-LOST-SANDBOXES\nPLX-D-LOST-SANDBOXES: /var/lib/cni/plexus/journal\n  - default/web-2 (a07d93b15c22): the node has rebooted since\n  fix: No action needed with a host agent: the daemon undoes them within two rounds (reclaimSeconds). Otherwise run plexus attachments detach SANDBOX.\n```\n\nWhy. The range is full. Either the pods need more addresses than it contains (`plexus pods --network storage`\nlists them), or, as here, addresses are still allocated to pods that disappeared without a DEL: the node rebooted, or\nthe runtime lost its state.\n\nFix. Configure a larger range, or release the lost addresses. With the host agent (install.md) the\ndaemon releases them automatically. To release them by hand, on the node:\n\n```\n$ plexus attachments detach a07d93b15c22\nSANDBOX       POD            INTERFACE  NETWORK          OUTCOME   WHY\na07d93b15c22  default/web-2  eth0       cluster-net      detached  -\na07d93b15c22  default/web-2  net1       default/storage  detached  -\n```"
 },
 {
  "title": "The annotation is wrong",
  "text": "```\n$ kubectl describe pod web-1 | grep -A9 ^Events:\nEvents:\n  Type     Reason            Age   From    Message\n  ----     ------            ----  ----    -------\n  Warning  AttachmentFailed  5s    plexus  PLX-SELECTION-INVALID: annotation k8s.v1.cni.cncf.io/networks, element 3 (character 16): \"\" is not a network: it is empty (trailing comma at character 15). Correct the annotation of the pod (in its Deployment, StatefulSet or other owner).\n```\n\n```\n$ plexus validate --cluster pod.yaml\npod.yaml:6:48: error: metadata.annotations[\"k8s.v1.cni.cncf.io/networks\"]: annotation k8s.v1.cni.cncf.io/networks, element 3 (character 16): \"\" is not a network: it is empty (trailing comma at character 15) [PLX-SELECTION-INVALID]\n    Correct the annotation of the pod (in its Deployment, StatefulSet or other owner).\n1 error in 1 file\n```\n\nWhy. A trailing comma, a wrong type, a name that is too long: the message names the element, the character and the\nallowed values. Plexus attaches all networks of a pod or none. A duplicate interface name is reported the same way:\n\n```\n$ plexus validate --cluster names.yaml\nnames.yaml:6:47: error: metadata.annotations[\"k8s.v1.cni.cncf.io/networks\"]: interface name net1 is already used by default/storage [PLX-INTERFACE-TAKEN]\n    Request another interface name, or none, so that Plexus chooses a free one.\n1 error in 1 file\n```\n\nFix. Correct the annotation in the pod's owner (Deployment, StatefulSet), and validate it before you apply it\n(validate.md). With `invalidAnnotation: ignore`, such pods start with the default network only."
 },
 {
  "title": "No plugin reads a request",
  "text": "```\n$ kubectl describe pod web-1 | grep -A9 ^Events:\nEvents:\n  Type     Reason            Age   From    Message\n  ----     ------            ----  ----    -------\n  Warning  AttachmentFailed  5s    plexus  PLX-REQUEST-UNSERVED: the pod requests bandwidth on network default/storage, but none of its plugins reads it: bridge, host-local. Use a network with a plugin that reads this request (docs/requests.md), or remove the request from the annotation. To attach the pod without it, set unservedRequests: warn.\n```\n\n```\n$ plexus validate --cluster pod.yaml\npod.yaml:6:69: error: metadata.annotations[\"k8s.v1.cni.cncf.io/networks\"][0].bandwidth: the pod requests bandwidth on network default/storage, but none of its plugins reads it: bridge, host-local [PLX-REQUEST-UNSERVED]\n    Use a network with a plugin that reads this request (docs/requests.md), or remove the request from the annotation. To attach the pod without it, set unservedRequests: warn.\n1 error in 1 file\n```\n\nWhy. Neither bridge nor host-local limits bandwidth, so the request would be dropped silently.\nrequests.md lists which plugin reads which request, and how. `PLX-CAPABILITY-MISSING` is the same error\nfor a plugin that would read the request if its configuration declared the capability.\n\nFix. Add a plugin that reads the request to the network, here\n`{\"type\": \"bandwidth\", \"capabilities\": {\"bandwidth\": true}}` after bridge, or remove the request."
 },
 {
  "title": "The network does not exist",
  "text": "```\n$ kubectl describe pod web-1 | grep -A9 ^Events:\nEvents:\n  Type     Reason          Age   From    Message\n  ----     ------          ----  ----    -------\n  Warning  NoNetworkFound  5s    plexus  PLX-NAD-NOT-FOUND: pod default/web-1 requests NetworkAttachmentDefinition default/storage, which does not exist. Create the NetworkAttachmentDefinition, or correct its name or namespace in the annotation or configuration.\n```\n\n```\n$ plexus networks\nNETWORK          FROM        TYPES   SUBNETS       PODS  PROBLEMS  AGE\ndefault/storage  MISSING     -       -             1     1         -\nshop/storage     definition  bridge  10.30.0.0/24  0     -         5s\n\n1 problem (1 error, 0 warnings): see pods --problems\n```\n\nWhy. A name without a namespace refers to the pod's own namespace: here `storage` is in `shop`, and the pod is in\n`default`.\n\nFix. Write `shop/storage` in the annotation (`namespaceIsolation` must allow it), or create the\nNetworkAttachmentDefinition in the pod's namespace."
 },
 {
  "title": "The pod does not request the device",
  "text": "```\n$ kubectl describe pod web-1 | grep -A9 ^Events:\nEvents:\n  Type     Reason            Age   From    Message\n  ----     ------            ----  ----    -------\n  Warning  AttachmentFailed  5s    plexus  PLX-RESOURCE-NOT-REQUESTED: network default/fast requires a device of resource vendor.example/vf, but pod default/web-1 does not request that resource. Add the resource to resources.limits of a container of the pod, or let an admission webhook inject it. To attach the network without a device, set missingDevice: ignore.\n```\n\n```\n$ plexus devices\nPOD           DEVICE        OF                 STATE     INTERFACE  NETWORK       INFO\ndefault/db-0  0000:18:02.5  vendor.example/vf  attached  net1       default/fast  -\n```\n\nWhy. The network's annotation `k8s.v1.cni.cncf.io/resourceName` states that the network consists of devices, and\nkubelet allocates a device only to a pod that requests it. In the output above, db-0 requests one and web-1 does not.\n(Multus does not report this; the plugin then fails with \"VF pci addr is required\".)\n\nFix. Add the resource to `resources.limits` of a container, once for each network of that kind\n(devices.md)."
 },
 {
  "title": "A plugin is not on the node",
  "text": "```\n$ plexus pods --problems\nerror  attach-failing, for 5s, 1 time\n  pod default/web-1 on node node-1 cannot start and is not attached to default/edge: PLX-PLUGIN-MISSING: CNI plugin \"macvlan\" is missing in /opt/cni/bin\n  fix: Install the plugin on this node in one of these folders.\n```\n\n```\n$ plexus explain PLX-PLUGIN-MISSING | head -4\nPLX-PLUGIN-MISSING (error, CNI code 7, a retry can succeed)\n\nwhat: CNI plugin \"‹plugin›\" is missing in ‹folders›\nfix:  Install the plugin on this node in one of these folders.\n```\n\n```\n$ kubectl describe pod web-1 | grep -A9 ^Events:\nEvents:\n  Type     Reason            Age   From    Message\n  ----     ------            ----  ----    -------\n  Warning  AttachmentFailed  5s    plexus  PLX-PLUGIN-MISSING: CNI plugin \"macvlan\" is missing in /opt/cni/bin. Install the plugin on this node in one of these folders.\n```\n\n```\n$ plexus doctor --end node 2>&1 | grep ^warning\nwarning  PLX-D-PLUGINS  /opt/cni/bin  macvlan does not exist; needed by default/edge\n```\n\nWhy. Plexus does not include network plugins, and many distributions install only those of their own network.\n\nFix. Install the plugin on every node that such pods may run on; the reference plugins are in the releases of\ncontainernetworking/plugins. `plexus doctor` reports missing plugins before a pod needs them."
 },
 {
  "title": "A plugin fails",
  "text": "```\n$ plexus pods --problems\nerror  attach-failing, for 5s, 1 time\n  pod default/web-1 on node node-1 cannot start and is not attached to default/storage, default/edge: PLX-PLUGIN-FAILED: plugin macvlan failed (ADD): Link not found (its configuration names master \"ens192\")\n  fix: Read the message of the plugin. To see what the plugin received, run plexus trace pod web-1 -n default --verbose.\n```\n\n```\n$ kubectl describe pod web-1 | grep -A9 ^Events:\nEvents:\n  Type     Reason            Age   From    Message\n  ----     ------            ----  ----    -------\n  Warning  AttachmentFailed  5s    plexus  PLX-PLUGIN-FAILED: plugin macvlan failed (ADD): Link not found (its configuration names master \"ens192\"). Read the message of the plugin. To see what the plugin received, run plexus trace pod NAME --verbose.\n```\n\n```\n$ plexus trace pod web-1 --last 1\nADD default/web-1, sandbox 4f1c8b2e90d7, 2026-11-29T03:25:25.793Z, failure after 1427 ms\n  START    TIME    WHEN                        STEP                                 OUTCOME\n  6 ms     12 ms   │█                       │  wait for the sandbox                 ok\n  19 ms    32 ms   │█                       │  read pod and networks                ok\n  51 ms    6 ms    │█                       │  decide                               ok\n  57 ms    66 ms   │█                       │  write the journal                    ok\n  129 ms   141 ms  │  ██                    │  ADD bridge: cluster-net (eth0)       ok\n  285 ms   268 ms  │    █████               │  ADD bridge: default/storage (net1)   ok\n  566 ms   85 ms   │         █              │  ADD macvlan: default/edge (net2)     PLX-PLUGIN-FAILED\n  653 ms   41 ms   │          █             │  DEL macvlan: default/edge (net2)     PLX-PLUGIN-FAILED\n  704 ms   88 ms   │           █            │  DEL macvlan: default/edge (net2)     PLX-PLUGIN-FAILED\n  793 ms   109 ms  │             ██         │  DEL host-local: default/edge (net2)  ok\n  914 ms   310 ms  │               █████    │  DEL bridge: default/storage (net1)   ok\n  1225 ms  116 ms  │                    ██  │  DEL bridge: cluster-net (eth0)       ok\n\n  PLX-PLUGIN-FAILED (code 999): plugin macvlan failed (ADD): Link not found (its configuration names master \"ens192\")\n    step ADD, pod default/web-1, network default/edge, interface net2, plugin macvlan\n    fix: Read the message of the plugin. To see what the plugin received, run plexus trace pod NAME --verbose.\n\n  PLX-PLUGIN-FAILED (code 999): plugin macvlan failed (DEL): Link not found (its configuration names master \"ens192\")\n    step DEL, pod default/web-1, network default/edge, interface net2, plugin macvlan\n    fix: Read the message of the plugin. To see what the plugin received, run plexus trace pod NAME --verbose.\n```\n\nWhy. The Event contains the plugin's own message. The trace names the network, and shows that all the others were\nundone. Here the network's `master` is an interface that this node does not have.\n\nFix. Correct what the message names. `plexus trace pod web-1 --verbose` prints the plugin's input. If the\ninterfaces of your nodes have different names, define one network for each kind of node."
 },
 {
  "title": "A plugin hangs",
  "text": "```\n$ kubectl describe pod web-1 | grep -A9 ^Events:\nEvents:\n  Type     Reason            Age   From    Message\n  ----     ------            ----  ----    -------\n  Warning  AttachmentFailed  5s    plexus  PLX-PLUGIN-TIMEOUT: plugin fabric did not finish ADD within 2 s and was killed. Read the log of the plugin. If the plugin is only slow, raise deadlines.pluginSeconds in the configuration of Plexus.\n```\n\n```\n$ plexus trace pod web-1 --last 1\nADD default/web-1, sandbox 4f1c8b2e90d7, 2026-11-21T12:30:14.161Z, failure after 3035 ms\n  START    TIME     WHEN                        STEP                             OUTCOME\n  0 ms     2 ms     │█                       │  wait for the sandbox             ok\n  2 ms     46 ms    │█                       │  read pod and networks            ok\n  48 ms    2 ms     │█                       │  decide                           ok\n  54 ms    4 ms     │█                       │  write the journal                ok\n  60 ms    154 ms   │█                       │  ADD bridge: cluster-net (eth0)   ok\n  216 ms   2545 ms  │ ████████████████████   │  ADD fabric: default/edge (net1)  PLX-PLUGIN-TIMEOUT\n  2761 ms  197 ms   │                     ██ │  DEL fabric: default/edge (net1)  ok\n  2959 ms  61 ms    │                       █│  DEL bridge: cluster-net (eth0)   ok\n\n  PLX-PLUGIN-TIMEOUT (code 11): plugin fabric did not finish ADD within 2 s and was killed\n    step ADD, pod default/web-1, network default/edge, interface net1, plugin fabric\n    fix: Read the log of the plugin. If the plugin is only slow, raise deadlines.pluginSeconds in the configuration of Plexus.\n```\n\nWhy. The plugin waits for something that does not answer: a switch, a lock, an IPAM service. After\n`deadlines.pluginSeconds` (60; here 2) Plexus kills the plugin with all its children and undoes the ADD.\n\nFix. Check what the plugin waits for. If it is only slow, raise `deadlines.pluginSeconds`\n(configuration.md)."
 },
 {
  "title": "It runs without its networks",
  "text": "```\n$ kubectl describe pod web-1 | grep -A9 ^Events:\nEvents:\n  Type     Reason               Age   From    Message\n  ----     ------               ----  ----    -------\n  Warning  NetworksNotAttached  5s    plexus  The pod requests networks (storage), but Plexus never attached it, probably because the pod started before Plexus was installed on this node. Delete the pod so that it is recreated.\n```\n\n```\n$ plexus attachments\nSANDBOX  POD            INTERFACE  NETWORK  STATE       AGE  TRIES  WHY\n-        default/web-1  -          storage  unattached  -    -      the pod started before Plexus was installed on this node\n```\n\nWhy. Networks are attached when a pod's sandbox is created. This sandbox was created before Plexus was installed\non the node, or while another CNI configuration was in use (next section).\n\nFix. Delete the pod so that it is recreated. To list such pods in the whole cluster, run\n`plexus pods -A --problems`."
 },
 {
  "title": "Another CNI configuration comes first",
  "text": "```\n$ kubectl describe node node-1 | grep -A9 ^Events:\nEvents:\n  Type     Reason                  Age   From    Message\n  ----     ------                  ----  ----    -------\n  Warning  ConfigurationDisplaced  5s    plexus  The container runtime does not use Plexus: /etc/cni/net.d/00-plexus.conflist is displaced (it was renamed to 00-plexus.conflist.cilium_bak). Pods created now get only the default network. Stop the program that does this, or remove the file.\n```\n\n```\n$ plexus doctor --end node 2>&1 | grep ^error\nerror  PLX-D-CONFIGURATION-FIRST  /etc/cni/net.d  no configuration calls Plexus; 00-plexus.conflist.cilium_bak may be the configuration of Plexus, renamed by another program\n```\n\nWhy. The runtime uses the first file of the folder. Cilium in its exclusive mode renames all other files, as here;\nMultus writes its own `00-` file.\n\nFix. For Cilium, set `cni.exclusive: false`. For Multus, follow from-multus.md. With\n`manageConfiguration: keep`, the default, the daemon restores its file immediately (Event `ConfigurationRestored`) and\nreports repeated displacement; in this example it is set to `report`. Then delete the pods that were created in the\nmeantime."
 },
 {
  "title": "The default route is not where it should be",
  "text": "There is no Event: the pod has everything that it requested.\n\n```\n$ kubectl exec web-1 -- ip route show default\ndefault via 10.30.0.1 dev net1\ndefault via 10.244.0.1 dev eth0\n```\n\n```\n$ plexus plan web-1 | head -5\nPod default/web-1\n\nINTERFACE  NETWORK                           PLUGINS  REQUESTS\neth0       (unknown: pass --node or --conf)  -        -\nnet1       default/storage                   bridge   -\n```\n\nWhy. The network's configuration adds a default route (`isDefaultGateway`, `routes` in its IPAM), and the pod does\nnot select one. The pod has two default routes, and the kernel chooses between them.\n\nFix. Select the default route in the pod's annotation: `[{\"name\": \"storage\", \"default-route\": [\"10.30.0.1\"]}]`\nsets the one of storage and removes the others. Or remove the route from the network's configuration, and eth0 keeps\nits default route. Note that Services and cluster DNS are reached through eth0. The pod web-2 uses `default-route`:\n\n```\n$ plexus plan web-2 | head -5\nPod default/web-2\n\nINTERFACE  NETWORK                           PLUGINS  REQUESTS\neth0       (unknown: pass --node or --conf)  -        -\nnet1       default/storage                   bridge   IPv4 default route via 10.30.0.1\n```\n\n```\n$ kubectl exec web-2 -- ip route show default\ndefault via 10.30.0.1 dev net1\n```"
 },
 {
  "title": "The API server is unavailable",
  "text": "There is no Event, because Events are stored in the API server. The daemon keeps the operation:\n\n```\n$ plexus trace pod web-1 | head -13\nADD default/web-1, sandbox 4f1c8b2e90d7, 2026-11-21T12:30:37.033Z, success after 5151 ms\n  START   TIME     WHEN                        STEP                                OUTCOME\n  0 ms    2 ms     │█                       │  wait for the sandbox                ok\n  3 ms    32 ms    │█                       │  read pod and networks               ok\n  36 ms   1 ms     │█                       │  decide                              ok\n  37 ms   12 ms    │█                       │  write the journal                   ok\n  50 ms   27 ms    │█                       │  ADD bridge: cluster-net (eth0)      ok\n  89 ms   19 ms    │█                       │  ADD bridge: default/storage (net1)  ok\n  129 ms  5000 ms  │███████████████████████ │  network-status                      deferred\n\n  PLX-API-UNAVAILABLE (code 11): Kubernetes API request failed (write network-status of pod default/web-1): connect ECONNREFUSED 10.96.0.1:443\n    caused by: writing network-status did not finish within 5 s\n    fix: Check that the API server runs and that this node can reach it; the runtime retries automatically.\n```\n\nWhy. Plexus could attach the pod: the daemon knew its networks, and the runtime passed its annotations. Only\n`network-status` could not be written. If a pod cannot be read, or requests a network that the daemon does not know\nyet, the pod waits with `PLX-API-UNAVAILABLE`.\n\nFix. No action in Plexus is needed: the status stays in the journal, and the daemon writes it when the API server\nis available again. If the problem lasts, check the network between this node and the API server."
 },
 {
  "title": "Two pods have the same address",
  "text": "There is no Event: each of the two pods is attached as requested.\n\n```\n$ plexus pods --problems\nerror  ip-duplicate\n  default/web-1 (net1) and default/web-2 (net1) have the same address 10.31.0.5 in default/edge\n  fix: Delete one of the pods so that it gets another address, and let one IPAM range serve all nodes of the network (whereabouts), or one range per node.\n```\n\n```\n$ plexus pod web-1\nPod default/web-1 (node node-1, Running, 9s old)\nstate: ADDRESS IN USE\n\nINTERFACE  NETWORK       ADDRESSES   MAC                STATE\neth0       cluster-net   10.244.0.2  7e:0e:b3:85:e1:e9  attached\nnet1       default/edge  10.31.0.5   6e:bf:3b:a6:58:bb  attached, DUPLICATE ADDRESS\n\nerror  ip-duplicate\n  default/web-1 (net1) and default/web-2 (net1) have the same address 10.31.0.5 in default/edge\n  fix: Delete one of the pods so that it gets another address, and let one IPAM range serve all nodes of the network (whereabouts), or one range per node.\n```\n\nWhy. The IPAM plugin does not coordinate the two pods: `static` with fixed addresses in a Deployment of two pods,\nas here, or `host-local` with the same range on several nodes of one layer 2 network.\n\nFix. Use cluster-wide allocation (whereabouts, DHCP), or ranges that differ by node. With `static`, set the\naddresses in each pod's annotation (`ips`)."
 },
 {
  "title": "It stays Terminating",
  "text": "```\n$ kubectl describe pod web-1 | grep ^..Warning\n  Warning  NetworkAbandoned  5s    plexus  Could not detach net1 from default/edge after 5 attempts: plugin fabric failed (DEL): the switch does not answer. Pod deletion proceeds; Plexus keeps retrying in the background.\n```\n\n```\n$ plexus attachments\nSANDBOX       POD            INTERFACE  NETWORK       STATE      AGE  TRIES  WHY\n4f1c8b2e90d7  default/web-1  net1       default/edge  abandoned  2s   5      plugin fabric failed (DEL): the switch does not answer\n```\n\nWhy. A plugin fails at DEL. After `detachAttempts` failures (5) or `detachSeconds` (120) the pod's deletion\nproceeds, and Plexus keeps the attachment as *abandoned*: its address or port may still be in use.\n\nFix. Correct the cause that the last error names. With the host agent, the daemon keeps retrying. By hand, on the\nnode: `plexus attachments detach SANDBOX`; after cleaning up yourself, `plexus attachments forget SANDBOX`\n(reliability.md). You do not need `--force` to delete the pod."
 }
];
