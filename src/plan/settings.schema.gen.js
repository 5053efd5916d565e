// Made from the schema beside it by `npm run make`: do not edit.
var __getOwnPropNames = Object.getOwnPropertyNames;
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};

// node_modules/ajv/dist/runtime/ucs2length.js
var require_ucs2length = __commonJS({
  "node_modules/ajv/dist/runtime/ucs2length.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    function ucs2length(str) {
      const len = str.length;
      let length = 0;
      let pos = 0;
      let value;
      while (pos < len) {
        length++;
        value = str.charCodeAt(pos++);
        if (value >= 55296 && value <= 56319 && pos < len) {
          value = str.charCodeAt(pos);
          if ((value & 64512) === 56320)
            pos++;
        }
      }
      return length;
    }
    exports.default = ucs2length;
    ucs2length.code = 'require("ajv/dist/runtime/ucs2length").default';
  }
});

// <stdin>
var validate = validate10;
var schema11 = { "$schema": "http://json-schema.org/draft-07/schema#", "title": "WrittenSettings", "description": "Configuration of Plexus: the keys of the CNI configuration file besides cniVersion, name and type.", "type": "object", "properties": { "delegates": { "type": "array", "items": { "type": "object" }, "description": "Network configurations (single or list) that every pod gets. The first is the default network; the others become net1, net2 and so on. Ignored when clusterNetwork is set." }, "clusterNetwork": { "type": "string", "description": 'The default network by name or path: a NetworkAttachmentDefinition in multusNamespace, else a configuration in confDir with that name; with a "/", a configuration file, or a folder whose first configuration is used.' }, "defaultNetworks": { "type": "array", "items": { "type": "string" }, "default": [], "description": "Additional networks that every pod gets (except pods of systemNamespaces), named in the same way as clusterNetwork. Allowed only together with clusterNetwork." }, "auxiliaryCNIChainName": { "type": "string", "pattern": "^([a-zA-Z0-9][a-zA-Z0-9_.-]*)?$", "description": "Name of a folder beside the file of clusterNetwork. Its *.conf plugins run as one more chain, after all other networks of the pod." }, "kubeconfig": { "type": "string", "description": "Path of a kubeconfig. Default: the credentials of the pod that Plexus runs in. Without either, Plexus runs only delegates." }, "manifestsDir": { "type": "string", "description": "Folder of YAML files with pods and NetworkAttachmentDefinitions, read instead of a cluster. Plexus writes the status of the pods to its sub-folder status." }, "confDir": { "type": "string", "default": "/etc/cni/multus/net.d", "description": "Folder with network configurations, which Plexus finds by their name." }, "cniDir": { "type": "string", "default": "/var/lib/cni/plexus", "description": "Folder for the journal and locks." }, "multusStateDir": { "type": "string", "default": "/var/lib/cni/multus", "description": "Folder with the state of Multus. Plexus uses it to detach pods that Multus attached." }, "binDir": { "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }], "default": "/opt/cni/bin", "description": 'Folder with CNI plugins, searched before those of CNI_PATH. Several: as a list, or separated by ":".' }, "readinessindicatorfile": { "type": "string", "description": "File that exists when the default network is ready. ADD waits for it for deadlines.readinessSeconds; STATUS fails with code 50 until it exists." }, "namespaceIsolation": { "type": "boolean", "default": false, "description": "Whether pods may use only networks of their own namespace and of globalNamespaces. The annotation v1.multus-cni.io/default-network may also name networks of multusNamespace." }, "globalNamespaces": { "type": "string", "default": "default", "description": "Namespaces whose networks every pod may use, separated by commas. Replaces the default." }, "systemNamespaces": { "type": "array", "items": { "type": "string" }, "default": ["kube-system"], "description": "Namespaces whose pods do not get defaultNetworks." }, "statusNetworks": { "type": "array", "items": { "type": "string", "pattern": "^[^/ ,@]+/[^/ ,@]+$" }, "default": [], "description": "Networks (namespace/name) whose plugins STATUS calls besides those of the default network: the node is not ready while they are not. STATUS returns their code, 50 or 51." }, "detachAttempts": { "type": "integer", "minimum": 1, "default": 5, "description": "How often DEL of an attachment may fail before Plexus abandons the attachment: DEL then succeeds so that pod deletion proceeds, the attachment stays in the journal, and the daemon keeps retrying." }, "detachSeconds": { "type": "number", "minimum": 0, "default": 120, "description": "Plexus also abandons an attachment when this time has passed since its first failed DEL." }, "multusNamespace": { "type": "string", "default": "kube-system", "description": "Namespace of the networks in clusterNetwork, defaultNetworks and the default-network annotation." }, "invalidAnnotation": { "enum": ["fail", "ignore"], "default": "fail", "description": "What happens when an annotation of a pod is invalid: fail the ADD with a message, or ignore the annotation, so that the pod gets only the default network (the literal reading of the NPWG standard)." }, "unservedRequests": { "enum": ["refuse", "warn", "ignore"], "default": "refuse", "description": "What happens when no plugin of a network reads a pod's request (ips, mac, portMappings, bandwidth, infiniband-guid): fail the ADD, attach the pod without it and warn, or attach it silently. Applies only to networks whose plugins are all known (docs/requests.md); an unknown plugin receives the request, with a warning." }, "maxNetworksPerPod": { "type": "integer", "minimum": 1, "maximum": 1e3, "default": 32, "description": "How many networks the annotation of a pod may name. An annotation that names more is invalid." }, "allowedCniArgs": { "type": "array", "items": { "type": "string", "minLength": 1 }, "description": "Keys that pods may use in cni-args. Default: all keys; with an empty list: none. The annotation plexus-cni.io/allowed-cni-args of a NetworkAttachmentDefinition overrides it for that network." }, "allowDefaultNetworkAnnotation": { "anyOf": [{ "type": "boolean" }, { "type": "array", "items": { "type": "string" } }], "default": true, "description": "Whether a pod may replace its default network, and with it the policies of that network, with the annotation v1.multus-cni.io/default-network: true, false, or a list of the namespaces whose pods may." }, "requireUse": { "type": "boolean", "default": false, "description": `Whether pods need the permission to use every network that their annotations name (docs/permissions.md). false: only networks with the annotation plexus-cni.io/require-use: "true" require it. The node's default networks never do.` }, "staticPodUse": { "enum": ["allow", "refuse"], "default": "allow", "description": "Whether static pods, which have no ServiceAccount, may use networks that require the permission." }, "statusAddresses": { "enum": ["bare", "cidr"], "default": "bare", "description": "How network-status shows addresses: bare, as Multus does, or with their prefix length." }, "attachmentConcurrency": { "type": "integer", "minimum": 1, "maximum": 32, "default": 1, "description": 'How many additional networks of one pod Plexus attaches concurrently, after the default network. 1: one after the other, as the NPWG standard requires; set more only if all plugins support it. Networks next to each other whose NetworkAttachmentDefinitions all have the annotation plexus-cni.io/concurrent: "true" are always attached concurrently.' }, "durability": { "enum": ["beside", "strict"], "default": "beside", "description": "When the record of an ADD must be on disk. beside: it is written before the first plugin runs, and synced while the plugins run; the answer waits for both. strict: it is synced before the first plugin runs, which costs every ADD two disk syncs. They differ only after a failure of the machine within these milliseconds: with beside, Plexus may then not know of an address that a remote IPAM service has just assigned." }, "statusBeforeAnswer": { "type": "boolean", "default": true, "description": "Whether an ADD waits until the annotation network-status is written. false: the daemon writes it after the answer, so a container that reads it through the downward API may find it late, and an ADD does not wait for the API server. Direct mode always waits." }, "kubeletDir": { "type": "string", "default": "/var/lib/kubelet", "description": "Kubelet's folder (its --root-dir). Plexus reads the devices of a pod from pod-resources/kubelet.sock in it, or from device-plugins/kubelet_internal_checkpoint if that socket is missing." }, "deviceInfoDir": { "type": "string", "default": "/var/run/k8s.cni.cncf.io/devinfo", "description": "Folder of device information: device plugins write to dp/; cni/ contains one file for each attachment with a device." }, "missingDevice": { "enum": ["fail", "ignore"], "default": "fail", "description": "What happens when a network names a resource of which the pod has no free device: fail the ADD with a message, or attach the network without a device, as Multus does, and warn." }, "claimStatus": { "type": "boolean", "default": false, "description": "Writes the interface name, hardware address and addresses of an attachment that uses a ResourceClaim's device into the claim (status.devices[].networkData). Needs the permissions of deploy/components/resource-claim-status." }, "logLevel": { "enum": ["silent", "error", "warn", "info", "debug", "panic", "verbose"], "default": "warn", "description": "Log level; the default of the daemon is info. The names of Multus are accepted: panic means silent, verbose means info." }, "logToStderr": { "type": "boolean", "default": true, "description": "Whether Plexus writes log lines to stderr, which the container runtime logs." }, "logFile": { "type": "string", "description": "File to which Plexus appends log lines." }, "logOptions": { "type": "object", "properties": { "maxSize": { "type": "integer", "minimum": 0, "default": 100, "description": "Megabytes." }, "maxBackups": { "type": "integer", "minimum": 0, "default": 5 }, "maxAge": { "type": "integer", "minimum": 0, "default": 5, "description": "Days." } }, "description": "Rotation of logFile: above maxSize (megabytes; 100) Plexus renames the file, with the time in its name. It keeps maxBackups (5) such files, for maxAge (5) days; 0: no limit. compress is accepted and ignored." }, "maskedKeys": { "type": "array", "items": { "type": "string", "minLength": 1 }, "description": "Additional keys of network configurations whose values are secrets, masked in logs and in plexus trace. Keys with a telling name (password, token, secret, key, credential and similar) are always masked." }, "retryDeleteOnError": { "type": "boolean", "description": "Accepted from configurations of Multus and ignored; the journal always keeps what DEL could not undo." }, "deadlines": { "type": "object", "additionalProperties": false, "description": "Time limits of operations, in seconds.", "properties": { "addSeconds": { "type": "number", "exclusiveMinimum": 0, "maximum": 160, "default": 120, "description": "A whole ADD. Undoing it after a failure may take delSeconds more." }, "delSeconds": { "type": "number", "exclusiveMinimum": 0, "maximum": 50, "default": 40, "description": "A whole DEL; also the undoing of a failed ADD." }, "checkSeconds": { "type": "number", "exclusiveMinimum": 0, "maximum": 210, "default": 30, "description": "A whole CHECK." }, "statusSeconds": { "type": "number", "exclusiveMinimum": 0, "maximum": 30, "default": 2, "description": "A whole STATUS." }, "gcSeconds": { "type": "number", "exclusiveMinimum": 0, "maximum": 210, "default": 25, "description": "A whole GC." }, "pluginSeconds": { "type": "number", "exclusiveMinimum": 0, "maximum": 210, "default": 60, "description": "One run of one plugin; Plexus then kills its process group. In DEL and GC, at most half of the remaining time if more plugins follow." }, "readinessSeconds": { "type": "number", "minimum": 0, "maximum": 60, "default": 5, "description": "How long ADD waits for readinessindicatorfile." } } } } };
var pattern0 = new RegExp("^([a-zA-Z0-9][a-zA-Z0-9_.-]*)?$", "u");
var pattern1 = new RegExp("^[^/ ,@]+/[^/ ,@]+$", "u");
var func2 = require_ucs2length().default;
function validate10(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
  let vErrors = null;
  let errors = 0;
  if (data && typeof data == "object" && !Array.isArray(data)) {
    if (data.delegates !== void 0) {
      let data0 = data.delegates;
      if (Array.isArray(data0)) {
        const len0 = data0.length;
        for (let i0 = 0; i0 < len0; i0++) {
          let data1 = data0[i0];
          if (!(data1 && typeof data1 == "object" && !Array.isArray(data1))) {
            const err0 = { instancePath: instancePath + "/delegates/" + i0, schemaPath: "#/properties/delegates/items/type", keyword: "type", params: { type: "object" }, message: "must be object" };
            if (vErrors === null) {
              vErrors = [err0];
            } else {
              vErrors.push(err0);
            }
            errors++;
          }
        }
      } else {
        const err1 = { instancePath: instancePath + "/delegates", schemaPath: "#/properties/delegates/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        if (vErrors === null) {
          vErrors = [err1];
        } else {
          vErrors.push(err1);
        }
        errors++;
      }
    }
    if (data.clusterNetwork !== void 0) {
      if (typeof data.clusterNetwork !== "string") {
        const err2 = { instancePath: instancePath + "/clusterNetwork", schemaPath: "#/properties/clusterNetwork/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err2];
        } else {
          vErrors.push(err2);
        }
        errors++;
      }
    }
    if (data.defaultNetworks !== void 0) {
      let data3 = data.defaultNetworks;
      if (Array.isArray(data3)) {
        const len1 = data3.length;
        for (let i1 = 0; i1 < len1; i1++) {
          if (typeof data3[i1] !== "string") {
            const err3 = { instancePath: instancePath + "/defaultNetworks/" + i1, schemaPath: "#/properties/defaultNetworks/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err3];
            } else {
              vErrors.push(err3);
            }
            errors++;
          }
        }
      } else {
        const err4 = { instancePath: instancePath + "/defaultNetworks", schemaPath: "#/properties/defaultNetworks/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        if (vErrors === null) {
          vErrors = [err4];
        } else {
          vErrors.push(err4);
        }
        errors++;
      }
    }
    if (data.auxiliaryCNIChainName !== void 0) {
      let data5 = data.auxiliaryCNIChainName;
      if (typeof data5 === "string") {
        if (!pattern0.test(data5)) {
          const err5 = { instancePath: instancePath + "/auxiliaryCNIChainName", schemaPath: "#/properties/auxiliaryCNIChainName/pattern", keyword: "pattern", params: { pattern: "^([a-zA-Z0-9][a-zA-Z0-9_.-]*)?$" }, message: 'must match pattern "^([a-zA-Z0-9][a-zA-Z0-9_.-]*)?$"' };
          if (vErrors === null) {
            vErrors = [err5];
          } else {
            vErrors.push(err5);
          }
          errors++;
        }
      } else {
        const err6 = { instancePath: instancePath + "/auxiliaryCNIChainName", schemaPath: "#/properties/auxiliaryCNIChainName/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err6];
        } else {
          vErrors.push(err6);
        }
        errors++;
      }
    }
    if (data.kubeconfig !== void 0) {
      if (typeof data.kubeconfig !== "string") {
        const err7 = { instancePath: instancePath + "/kubeconfig", schemaPath: "#/properties/kubeconfig/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err7];
        } else {
          vErrors.push(err7);
        }
        errors++;
      }
    }
    if (data.manifestsDir !== void 0) {
      if (typeof data.manifestsDir !== "string") {
        const err8 = { instancePath: instancePath + "/manifestsDir", schemaPath: "#/properties/manifestsDir/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err8];
        } else {
          vErrors.push(err8);
        }
        errors++;
      }
    }
    if (data.confDir !== void 0) {
      if (typeof data.confDir !== "string") {
        const err9 = { instancePath: instancePath + "/confDir", schemaPath: "#/properties/confDir/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err9];
        } else {
          vErrors.push(err9);
        }
        errors++;
      }
    }
    if (data.cniDir !== void 0) {
      if (typeof data.cniDir !== "string") {
        const err10 = { instancePath: instancePath + "/cniDir", schemaPath: "#/properties/cniDir/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err10];
        } else {
          vErrors.push(err10);
        }
        errors++;
      }
    }
    if (data.multusStateDir !== void 0) {
      if (typeof data.multusStateDir !== "string") {
        const err11 = { instancePath: instancePath + "/multusStateDir", schemaPath: "#/properties/multusStateDir/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err11];
        } else {
          vErrors.push(err11);
        }
        errors++;
      }
    }
    if (data.binDir !== void 0) {
      let data11 = data.binDir;
      const _errs24 = errors;
      let valid5 = false;
      const _errs25 = errors;
      if (typeof data11 !== "string") {
        const err12 = { instancePath: instancePath + "/binDir", schemaPath: "#/properties/binDir/anyOf/0/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err12];
        } else {
          vErrors.push(err12);
        }
        errors++;
      }
      var _valid0 = _errs25 === errors;
      valid5 = valid5 || _valid0;
      if (!valid5) {
        const _errs27 = errors;
        if (Array.isArray(data11)) {
          const len2 = data11.length;
          for (let i2 = 0; i2 < len2; i2++) {
            if (typeof data11[i2] !== "string") {
              const err13 = { instancePath: instancePath + "/binDir/" + i2, schemaPath: "#/properties/binDir/anyOf/1/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
              if (vErrors === null) {
                vErrors = [err13];
              } else {
                vErrors.push(err13);
              }
              errors++;
            }
          }
        } else {
          const err14 = { instancePath: instancePath + "/binDir", schemaPath: "#/properties/binDir/anyOf/1/type", keyword: "type", params: { type: "array" }, message: "must be array" };
          if (vErrors === null) {
            vErrors = [err14];
          } else {
            vErrors.push(err14);
          }
          errors++;
        }
        var _valid0 = _errs27 === errors;
        valid5 = valid5 || _valid0;
      }
      if (!valid5) {
        const err15 = { instancePath: instancePath + "/binDir", schemaPath: "#/properties/binDir/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
        if (vErrors === null) {
          vErrors = [err15];
        } else {
          vErrors.push(err15);
        }
        errors++;
      } else {
        errors = _errs24;
        if (vErrors !== null) {
          if (_errs24) {
            vErrors.length = _errs24;
          } else {
            vErrors = null;
          }
        }
      }
    }
    if (data.readinessindicatorfile !== void 0) {
      if (typeof data.readinessindicatorfile !== "string") {
        const err16 = { instancePath: instancePath + "/readinessindicatorfile", schemaPath: "#/properties/readinessindicatorfile/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err16];
        } else {
          vErrors.push(err16);
        }
        errors++;
      }
    }
    if (data.namespaceIsolation !== void 0) {
      if (typeof data.namespaceIsolation !== "boolean") {
        const err17 = { instancePath: instancePath + "/namespaceIsolation", schemaPath: "#/properties/namespaceIsolation/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
        if (vErrors === null) {
          vErrors = [err17];
        } else {
          vErrors.push(err17);
        }
        errors++;
      }
    }
    if (data.globalNamespaces !== void 0) {
      if (typeof data.globalNamespaces !== "string") {
        const err18 = { instancePath: instancePath + "/globalNamespaces", schemaPath: "#/properties/globalNamespaces/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err18];
        } else {
          vErrors.push(err18);
        }
        errors++;
      }
    }
    if (data.systemNamespaces !== void 0) {
      let data16 = data.systemNamespaces;
      if (Array.isArray(data16)) {
        const len3 = data16.length;
        for (let i3 = 0; i3 < len3; i3++) {
          if (typeof data16[i3] !== "string") {
            const err19 = { instancePath: instancePath + "/systemNamespaces/" + i3, schemaPath: "#/properties/systemNamespaces/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err19];
            } else {
              vErrors.push(err19);
            }
            errors++;
          }
        }
      } else {
        const err20 = { instancePath: instancePath + "/systemNamespaces", schemaPath: "#/properties/systemNamespaces/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        if (vErrors === null) {
          vErrors = [err20];
        } else {
          vErrors.push(err20);
        }
        errors++;
      }
    }
    if (data.statusNetworks !== void 0) {
      let data18 = data.statusNetworks;
      if (Array.isArray(data18)) {
        const len4 = data18.length;
        for (let i4 = 0; i4 < len4; i4++) {
          let data19 = data18[i4];
          if (typeof data19 === "string") {
            if (!pattern1.test(data19)) {
              const err21 = { instancePath: instancePath + "/statusNetworks/" + i4, schemaPath: "#/properties/statusNetworks/items/pattern", keyword: "pattern", params: { pattern: "^[^/ ,@]+/[^/ ,@]+$" }, message: 'must match pattern "^[^/ ,@]+/[^/ ,@]+$"' };
              if (vErrors === null) {
                vErrors = [err21];
              } else {
                vErrors.push(err21);
              }
              errors++;
            }
          } else {
            const err22 = { instancePath: instancePath + "/statusNetworks/" + i4, schemaPath: "#/properties/statusNetworks/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err22];
            } else {
              vErrors.push(err22);
            }
            errors++;
          }
        }
      } else {
        const err23 = { instancePath: instancePath + "/statusNetworks", schemaPath: "#/properties/statusNetworks/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        if (vErrors === null) {
          vErrors = [err23];
        } else {
          vErrors.push(err23);
        }
        errors++;
      }
    }
    if (data.detachAttempts !== void 0) {
      let data20 = data.detachAttempts;
      if (!(typeof data20 == "number" && (!(data20 % 1) && !isNaN(data20)) && isFinite(data20))) {
        const err24 = { instancePath: instancePath + "/detachAttempts", schemaPath: "#/properties/detachAttempts/type", keyword: "type", params: { type: "integer" }, message: "must be integer" };
        if (vErrors === null) {
          vErrors = [err24];
        } else {
          vErrors.push(err24);
        }
        errors++;
      }
      if (typeof data20 == "number" && isFinite(data20)) {
        if (data20 < 1 || isNaN(data20)) {
          const err25 = { instancePath: instancePath + "/detachAttempts", schemaPath: "#/properties/detachAttempts/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 }, message: "must be >= 1" };
          if (vErrors === null) {
            vErrors = [err25];
          } else {
            vErrors.push(err25);
          }
          errors++;
        }
      }
    }
    if (data.detachSeconds !== void 0) {
      let data21 = data.detachSeconds;
      if (typeof data21 == "number" && isFinite(data21)) {
        if (data21 < 0 || isNaN(data21)) {
          const err26 = { instancePath: instancePath + "/detachSeconds", schemaPath: "#/properties/detachSeconds/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 }, message: "must be >= 0" };
          if (vErrors === null) {
            vErrors = [err26];
          } else {
            vErrors.push(err26);
          }
          errors++;
        }
      } else {
        const err27 = { instancePath: instancePath + "/detachSeconds", schemaPath: "#/properties/detachSeconds/type", keyword: "type", params: { type: "number" }, message: "must be number" };
        if (vErrors === null) {
          vErrors = [err27];
        } else {
          vErrors.push(err27);
        }
        errors++;
      }
    }
    if (data.multusNamespace !== void 0) {
      if (typeof data.multusNamespace !== "string") {
        const err28 = { instancePath: instancePath + "/multusNamespace", schemaPath: "#/properties/multusNamespace/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err28];
        } else {
          vErrors.push(err28);
        }
        errors++;
      }
    }
    if (data.invalidAnnotation !== void 0) {
      let data23 = data.invalidAnnotation;
      if (!(data23 === "fail" || data23 === "ignore")) {
        const err29 = { instancePath: instancePath + "/invalidAnnotation", schemaPath: "#/properties/invalidAnnotation/enum", keyword: "enum", params: { allowedValues: schema11.properties.invalidAnnotation.enum }, message: "must be equal to one of the allowed values" };
        if (vErrors === null) {
          vErrors = [err29];
        } else {
          vErrors.push(err29);
        }
        errors++;
      }
    }
    if (data.unservedRequests !== void 0) {
      let data24 = data.unservedRequests;
      if (!(data24 === "refuse" || data24 === "warn" || data24 === "ignore")) {
        const err30 = { instancePath: instancePath + "/unservedRequests", schemaPath: "#/properties/unservedRequests/enum", keyword: "enum", params: { allowedValues: schema11.properties.unservedRequests.enum }, message: "must be equal to one of the allowed values" };
        if (vErrors === null) {
          vErrors = [err30];
        } else {
          vErrors.push(err30);
        }
        errors++;
      }
    }
    if (data.maxNetworksPerPod !== void 0) {
      let data25 = data.maxNetworksPerPod;
      if (!(typeof data25 == "number" && (!(data25 % 1) && !isNaN(data25)) && isFinite(data25))) {
        const err31 = { instancePath: instancePath + "/maxNetworksPerPod", schemaPath: "#/properties/maxNetworksPerPod/type", keyword: "type", params: { type: "integer" }, message: "must be integer" };
        if (vErrors === null) {
          vErrors = [err31];
        } else {
          vErrors.push(err31);
        }
        errors++;
      }
      if (typeof data25 == "number" && isFinite(data25)) {
        if (data25 > 1e3 || isNaN(data25)) {
          const err32 = { instancePath: instancePath + "/maxNetworksPerPod", schemaPath: "#/properties/maxNetworksPerPod/maximum", keyword: "maximum", params: { comparison: "<=", limit: 1e3 }, message: "must be <= 1000" };
          if (vErrors === null) {
            vErrors = [err32];
          } else {
            vErrors.push(err32);
          }
          errors++;
        }
        if (data25 < 1 || isNaN(data25)) {
          const err33 = { instancePath: instancePath + "/maxNetworksPerPod", schemaPath: "#/properties/maxNetworksPerPod/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 }, message: "must be >= 1" };
          if (vErrors === null) {
            vErrors = [err33];
          } else {
            vErrors.push(err33);
          }
          errors++;
        }
      }
    }
    if (data.allowedCniArgs !== void 0) {
      let data26 = data.allowedCniArgs;
      if (Array.isArray(data26)) {
        const len5 = data26.length;
        for (let i5 = 0; i5 < len5; i5++) {
          let data27 = data26[i5];
          if (typeof data27 === "string") {
            if (func2(data27) < 1) {
              const err34 = { instancePath: instancePath + "/allowedCniArgs/" + i5, schemaPath: "#/properties/allowedCniArgs/items/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
              if (vErrors === null) {
                vErrors = [err34];
              } else {
                vErrors.push(err34);
              }
              errors++;
            }
          } else {
            const err35 = { instancePath: instancePath + "/allowedCniArgs/" + i5, schemaPath: "#/properties/allowedCniArgs/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err35];
            } else {
              vErrors.push(err35);
            }
            errors++;
          }
        }
      } else {
        const err36 = { instancePath: instancePath + "/allowedCniArgs", schemaPath: "#/properties/allowedCniArgs/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        if (vErrors === null) {
          vErrors = [err36];
        } else {
          vErrors.push(err36);
        }
        errors++;
      }
    }
    if (data.allowDefaultNetworkAnnotation !== void 0) {
      let data28 = data.allowDefaultNetworkAnnotation;
      const _errs60 = errors;
      let valid14 = false;
      const _errs61 = errors;
      if (typeof data28 !== "boolean") {
        const err37 = { instancePath: instancePath + "/allowDefaultNetworkAnnotation", schemaPath: "#/properties/allowDefaultNetworkAnnotation/anyOf/0/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
        if (vErrors === null) {
          vErrors = [err37];
        } else {
          vErrors.push(err37);
        }
        errors++;
      }
      var _valid1 = _errs61 === errors;
      valid14 = valid14 || _valid1;
      if (!valid14) {
        const _errs63 = errors;
        if (Array.isArray(data28)) {
          const len6 = data28.length;
          for (let i6 = 0; i6 < len6; i6++) {
            if (typeof data28[i6] !== "string") {
              const err38 = { instancePath: instancePath + "/allowDefaultNetworkAnnotation/" + i6, schemaPath: "#/properties/allowDefaultNetworkAnnotation/anyOf/1/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
              if (vErrors === null) {
                vErrors = [err38];
              } else {
                vErrors.push(err38);
              }
              errors++;
            }
          }
        } else {
          const err39 = { instancePath: instancePath + "/allowDefaultNetworkAnnotation", schemaPath: "#/properties/allowDefaultNetworkAnnotation/anyOf/1/type", keyword: "type", params: { type: "array" }, message: "must be array" };
          if (vErrors === null) {
            vErrors = [err39];
          } else {
            vErrors.push(err39);
          }
          errors++;
        }
        var _valid1 = _errs63 === errors;
        valid14 = valid14 || _valid1;
      }
      if (!valid14) {
        const err40 = { instancePath: instancePath + "/allowDefaultNetworkAnnotation", schemaPath: "#/properties/allowDefaultNetworkAnnotation/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
        if (vErrors === null) {
          vErrors = [err40];
        } else {
          vErrors.push(err40);
        }
        errors++;
      } else {
        errors = _errs60;
        if (vErrors !== null) {
          if (_errs60) {
            vErrors.length = _errs60;
          } else {
            vErrors = null;
          }
        }
      }
    }
    if (data.requireUse !== void 0) {
      if (typeof data.requireUse !== "boolean") {
        const err41 = { instancePath: instancePath + "/requireUse", schemaPath: "#/properties/requireUse/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
        if (vErrors === null) {
          vErrors = [err41];
        } else {
          vErrors.push(err41);
        }
        errors++;
      }
    }
    if (data.staticPodUse !== void 0) {
      let data31 = data.staticPodUse;
      if (!(data31 === "allow" || data31 === "refuse")) {
        const err42 = { instancePath: instancePath + "/staticPodUse", schemaPath: "#/properties/staticPodUse/enum", keyword: "enum", params: { allowedValues: schema11.properties.staticPodUse.enum }, message: "must be equal to one of the allowed values" };
        if (vErrors === null) {
          vErrors = [err42];
        } else {
          vErrors.push(err42);
        }
        errors++;
      }
    }
    if (data.statusAddresses !== void 0) {
      let data32 = data.statusAddresses;
      if (!(data32 === "bare" || data32 === "cidr")) {
        const err43 = { instancePath: instancePath + "/statusAddresses", schemaPath: "#/properties/statusAddresses/enum", keyword: "enum", params: { allowedValues: schema11.properties.statusAddresses.enum }, message: "must be equal to one of the allowed values" };
        if (vErrors === null) {
          vErrors = [err43];
        } else {
          vErrors.push(err43);
        }
        errors++;
      }
    }
    if (data.attachmentConcurrency !== void 0) {
      let data33 = data.attachmentConcurrency;
      if (!(typeof data33 == "number" && (!(data33 % 1) && !isNaN(data33)) && isFinite(data33))) {
        const err44 = { instancePath: instancePath + "/attachmentConcurrency", schemaPath: "#/properties/attachmentConcurrency/type", keyword: "type", params: { type: "integer" }, message: "must be integer" };
        if (vErrors === null) {
          vErrors = [err44];
        } else {
          vErrors.push(err44);
        }
        errors++;
      }
      if (typeof data33 == "number" && isFinite(data33)) {
        if (data33 > 32 || isNaN(data33)) {
          const err45 = { instancePath: instancePath + "/attachmentConcurrency", schemaPath: "#/properties/attachmentConcurrency/maximum", keyword: "maximum", params: { comparison: "<=", limit: 32 }, message: "must be <= 32" };
          if (vErrors === null) {
            vErrors = [err45];
          } else {
            vErrors.push(err45);
          }
          errors++;
        }
        if (data33 < 1 || isNaN(data33)) {
          const err46 = { instancePath: instancePath + "/attachmentConcurrency", schemaPath: "#/properties/attachmentConcurrency/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 }, message: "must be >= 1" };
          if (vErrors === null) {
            vErrors = [err46];
          } else {
            vErrors.push(err46);
          }
          errors++;
        }
      }
    }
    if (data.durability !== void 0) {
      let data34 = data.durability;
      if (!(data34 === "beside" || data34 === "strict")) {
        const err47 = { instancePath: instancePath + "/durability", schemaPath: "#/properties/durability/enum", keyword: "enum", params: { allowedValues: schema11.properties.durability.enum }, message: "must be equal to one of the allowed values" };
        if (vErrors === null) {
          vErrors = [err47];
        } else {
          vErrors.push(err47);
        }
        errors++;
      }
    }
    if (data.statusBeforeAnswer !== void 0) {
      if (typeof data.statusBeforeAnswer !== "boolean") {
        const err48 = { instancePath: instancePath + "/statusBeforeAnswer", schemaPath: "#/properties/statusBeforeAnswer/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
        if (vErrors === null) {
          vErrors = [err48];
        } else {
          vErrors.push(err48);
        }
        errors++;
      }
    }
    if (data.kubeletDir !== void 0) {
      if (typeof data.kubeletDir !== "string") {
        const err49 = { instancePath: instancePath + "/kubeletDir", schemaPath: "#/properties/kubeletDir/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err49];
        } else {
          vErrors.push(err49);
        }
        errors++;
      }
    }
    if (data.deviceInfoDir !== void 0) {
      if (typeof data.deviceInfoDir !== "string") {
        const err50 = { instancePath: instancePath + "/deviceInfoDir", schemaPath: "#/properties/deviceInfoDir/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err50];
        } else {
          vErrors.push(err50);
        }
        errors++;
      }
    }
    if (data.missingDevice !== void 0) {
      let data38 = data.missingDevice;
      if (!(data38 === "fail" || data38 === "ignore")) {
        const err51 = { instancePath: instancePath + "/missingDevice", schemaPath: "#/properties/missingDevice/enum", keyword: "enum", params: { allowedValues: schema11.properties.missingDevice.enum }, message: "must be equal to one of the allowed values" };
        if (vErrors === null) {
          vErrors = [err51];
        } else {
          vErrors.push(err51);
        }
        errors++;
      }
    }
    if (data.claimStatus !== void 0) {
      if (typeof data.claimStatus !== "boolean") {
        const err52 = { instancePath: instancePath + "/claimStatus", schemaPath: "#/properties/claimStatus/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
        if (vErrors === null) {
          vErrors = [err52];
        } else {
          vErrors.push(err52);
        }
        errors++;
      }
    }
    if (data.logLevel !== void 0) {
      let data40 = data.logLevel;
      if (!(data40 === "silent" || data40 === "error" || data40 === "warn" || data40 === "info" || data40 === "debug" || data40 === "panic" || data40 === "verbose")) {
        const err53 = { instancePath: instancePath + "/logLevel", schemaPath: "#/properties/logLevel/enum", keyword: "enum", params: { allowedValues: schema11.properties.logLevel.enum }, message: "must be equal to one of the allowed values" };
        if (vErrors === null) {
          vErrors = [err53];
        } else {
          vErrors.push(err53);
        }
        errors++;
      }
    }
    if (data.logToStderr !== void 0) {
      if (typeof data.logToStderr !== "boolean") {
        const err54 = { instancePath: instancePath + "/logToStderr", schemaPath: "#/properties/logToStderr/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
        if (vErrors === null) {
          vErrors = [err54];
        } else {
          vErrors.push(err54);
        }
        errors++;
      }
    }
    if (data.logFile !== void 0) {
      if (typeof data.logFile !== "string") {
        const err55 = { instancePath: instancePath + "/logFile", schemaPath: "#/properties/logFile/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err55];
        } else {
          vErrors.push(err55);
        }
        errors++;
      }
    }
    if (data.logOptions !== void 0) {
      let data43 = data.logOptions;
      if (data43 && typeof data43 == "object" && !Array.isArray(data43)) {
        if (data43.maxSize !== void 0) {
          let data44 = data43.maxSize;
          if (!(typeof data44 == "number" && (!(data44 % 1) && !isNaN(data44)) && isFinite(data44))) {
            const err56 = { instancePath: instancePath + "/logOptions/maxSize", schemaPath: "#/properties/logOptions/properties/maxSize/type", keyword: "type", params: { type: "integer" }, message: "must be integer" };
            if (vErrors === null) {
              vErrors = [err56];
            } else {
              vErrors.push(err56);
            }
            errors++;
          }
          if (typeof data44 == "number" && isFinite(data44)) {
            if (data44 < 0 || isNaN(data44)) {
              const err57 = { instancePath: instancePath + "/logOptions/maxSize", schemaPath: "#/properties/logOptions/properties/maxSize/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 }, message: "must be >= 0" };
              if (vErrors === null) {
                vErrors = [err57];
              } else {
                vErrors.push(err57);
              }
              errors++;
            }
          }
        }
        if (data43.maxBackups !== void 0) {
          let data45 = data43.maxBackups;
          if (!(typeof data45 == "number" && (!(data45 % 1) && !isNaN(data45)) && isFinite(data45))) {
            const err58 = { instancePath: instancePath + "/logOptions/maxBackups", schemaPath: "#/properties/logOptions/properties/maxBackups/type", keyword: "type", params: { type: "integer" }, message: "must be integer" };
            if (vErrors === null) {
              vErrors = [err58];
            } else {
              vErrors.push(err58);
            }
            errors++;
          }
          if (typeof data45 == "number" && isFinite(data45)) {
            if (data45 < 0 || isNaN(data45)) {
              const err59 = { instancePath: instancePath + "/logOptions/maxBackups", schemaPath: "#/properties/logOptions/properties/maxBackups/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 }, message: "must be >= 0" };
              if (vErrors === null) {
                vErrors = [err59];
              } else {
                vErrors.push(err59);
              }
              errors++;
            }
          }
        }
        if (data43.maxAge !== void 0) {
          let data46 = data43.maxAge;
          if (!(typeof data46 == "number" && (!(data46 % 1) && !isNaN(data46)) && isFinite(data46))) {
            const err60 = { instancePath: instancePath + "/logOptions/maxAge", schemaPath: "#/properties/logOptions/properties/maxAge/type", keyword: "type", params: { type: "integer" }, message: "must be integer" };
            if (vErrors === null) {
              vErrors = [err60];
            } else {
              vErrors.push(err60);
            }
            errors++;
          }
          if (typeof data46 == "number" && isFinite(data46)) {
            if (data46 < 0 || isNaN(data46)) {
              const err61 = { instancePath: instancePath + "/logOptions/maxAge", schemaPath: "#/properties/logOptions/properties/maxAge/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 }, message: "must be >= 0" };
              if (vErrors === null) {
                vErrors = [err61];
              } else {
                vErrors.push(err61);
              }
              errors++;
            }
          }
        }
      } else {
        const err62 = { instancePath: instancePath + "/logOptions", schemaPath: "#/properties/logOptions/type", keyword: "type", params: { type: "object" }, message: "must be object" };
        if (vErrors === null) {
          vErrors = [err62];
        } else {
          vErrors.push(err62);
        }
        errors++;
      }
    }
    if (data.maskedKeys !== void 0) {
      let data47 = data.maskedKeys;
      if (Array.isArray(data47)) {
        const len7 = data47.length;
        for (let i7 = 0; i7 < len7; i7++) {
          let data48 = data47[i7];
          if (typeof data48 === "string") {
            if (func2(data48) < 1) {
              const err63 = { instancePath: instancePath + "/maskedKeys/" + i7, schemaPath: "#/properties/maskedKeys/items/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
              if (vErrors === null) {
                vErrors = [err63];
              } else {
                vErrors.push(err63);
              }
              errors++;
            }
          } else {
            const err64 = { instancePath: instancePath + "/maskedKeys/" + i7, schemaPath: "#/properties/maskedKeys/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err64];
            } else {
              vErrors.push(err64);
            }
            errors++;
          }
        }
      } else {
        const err65 = { instancePath: instancePath + "/maskedKeys", schemaPath: "#/properties/maskedKeys/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        if (vErrors === null) {
          vErrors = [err65];
        } else {
          vErrors.push(err65);
        }
        errors++;
      }
    }
    if (data.retryDeleteOnError !== void 0) {
      if (typeof data.retryDeleteOnError !== "boolean") {
        const err66 = { instancePath: instancePath + "/retryDeleteOnError", schemaPath: "#/properties/retryDeleteOnError/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
        if (vErrors === null) {
          vErrors = [err66];
        } else {
          vErrors.push(err66);
        }
        errors++;
      }
    }
    if (data.deadlines !== void 0) {
      let data50 = data.deadlines;
      if (data50 && typeof data50 == "object" && !Array.isArray(data50)) {
        for (const key0 in data50) {
          if (!(key0 === "addSeconds" || key0 === "delSeconds" || key0 === "checkSeconds" || key0 === "statusSeconds" || key0 === "gcSeconds" || key0 === "pluginSeconds" || key0 === "readinessSeconds")) {
            const err67 = { instancePath: instancePath + "/deadlines", schemaPath: "#/properties/deadlines/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 }, message: "must NOT have additional properties" };
            if (vErrors === null) {
              vErrors = [err67];
            } else {
              vErrors.push(err67);
            }
            errors++;
          }
        }
        if (data50.addSeconds !== void 0) {
          let data51 = data50.addSeconds;
          if (typeof data51 == "number" && isFinite(data51)) {
            if (data51 > 160 || isNaN(data51)) {
              const err68 = { instancePath: instancePath + "/deadlines/addSeconds", schemaPath: "#/properties/deadlines/properties/addSeconds/maximum", keyword: "maximum", params: { comparison: "<=", limit: 160 }, message: "must be <= 160" };
              if (vErrors === null) {
                vErrors = [err68];
              } else {
                vErrors.push(err68);
              }
              errors++;
            }
            if (data51 <= 0 || isNaN(data51)) {
              const err69 = { instancePath: instancePath + "/deadlines/addSeconds", schemaPath: "#/properties/deadlines/properties/addSeconds/exclusiveMinimum", keyword: "exclusiveMinimum", params: { comparison: ">", limit: 0 }, message: "must be > 0" };
              if (vErrors === null) {
                vErrors = [err69];
              } else {
                vErrors.push(err69);
              }
              errors++;
            }
          } else {
            const err70 = { instancePath: instancePath + "/deadlines/addSeconds", schemaPath: "#/properties/deadlines/properties/addSeconds/type", keyword: "type", params: { type: "number" }, message: "must be number" };
            if (vErrors === null) {
              vErrors = [err70];
            } else {
              vErrors.push(err70);
            }
            errors++;
          }
        }
        if (data50.delSeconds !== void 0) {
          let data52 = data50.delSeconds;
          if (typeof data52 == "number" && isFinite(data52)) {
            if (data52 > 50 || isNaN(data52)) {
              const err71 = { instancePath: instancePath + "/deadlines/delSeconds", schemaPath: "#/properties/deadlines/properties/delSeconds/maximum", keyword: "maximum", params: { comparison: "<=", limit: 50 }, message: "must be <= 50" };
              if (vErrors === null) {
                vErrors = [err71];
              } else {
                vErrors.push(err71);
              }
              errors++;
            }
            if (data52 <= 0 || isNaN(data52)) {
              const err72 = { instancePath: instancePath + "/deadlines/delSeconds", schemaPath: "#/properties/deadlines/properties/delSeconds/exclusiveMinimum", keyword: "exclusiveMinimum", params: { comparison: ">", limit: 0 }, message: "must be > 0" };
              if (vErrors === null) {
                vErrors = [err72];
              } else {
                vErrors.push(err72);
              }
              errors++;
            }
          } else {
            const err73 = { instancePath: instancePath + "/deadlines/delSeconds", schemaPath: "#/properties/deadlines/properties/delSeconds/type", keyword: "type", params: { type: "number" }, message: "must be number" };
            if (vErrors === null) {
              vErrors = [err73];
            } else {
              vErrors.push(err73);
            }
            errors++;
          }
        }
        if (data50.checkSeconds !== void 0) {
          let data53 = data50.checkSeconds;
          if (typeof data53 == "number" && isFinite(data53)) {
            if (data53 > 210 || isNaN(data53)) {
              const err74 = { instancePath: instancePath + "/deadlines/checkSeconds", schemaPath: "#/properties/deadlines/properties/checkSeconds/maximum", keyword: "maximum", params: { comparison: "<=", limit: 210 }, message: "must be <= 210" };
              if (vErrors === null) {
                vErrors = [err74];
              } else {
                vErrors.push(err74);
              }
              errors++;
            }
            if (data53 <= 0 || isNaN(data53)) {
              const err75 = { instancePath: instancePath + "/deadlines/checkSeconds", schemaPath: "#/properties/deadlines/properties/checkSeconds/exclusiveMinimum", keyword: "exclusiveMinimum", params: { comparison: ">", limit: 0 }, message: "must be > 0" };
              if (vErrors === null) {
                vErrors = [err75];
              } else {
                vErrors.push(err75);
              }
              errors++;
            }
          } else {
            const err76 = { instancePath: instancePath + "/deadlines/checkSeconds", schemaPath: "#/properties/deadlines/properties/checkSeconds/type", keyword: "type", params: { type: "number" }, message: "must be number" };
            if (vErrors === null) {
              vErrors = [err76];
            } else {
              vErrors.push(err76);
            }
            errors++;
          }
        }
        if (data50.statusSeconds !== void 0) {
          let data54 = data50.statusSeconds;
          if (typeof data54 == "number" && isFinite(data54)) {
            if (data54 > 30 || isNaN(data54)) {
              const err77 = { instancePath: instancePath + "/deadlines/statusSeconds", schemaPath: "#/properties/deadlines/properties/statusSeconds/maximum", keyword: "maximum", params: { comparison: "<=", limit: 30 }, message: "must be <= 30" };
              if (vErrors === null) {
                vErrors = [err77];
              } else {
                vErrors.push(err77);
              }
              errors++;
            }
            if (data54 <= 0 || isNaN(data54)) {
              const err78 = { instancePath: instancePath + "/deadlines/statusSeconds", schemaPath: "#/properties/deadlines/properties/statusSeconds/exclusiveMinimum", keyword: "exclusiveMinimum", params: { comparison: ">", limit: 0 }, message: "must be > 0" };
              if (vErrors === null) {
                vErrors = [err78];
              } else {
                vErrors.push(err78);
              }
              errors++;
            }
          } else {
            const err79 = { instancePath: instancePath + "/deadlines/statusSeconds", schemaPath: "#/properties/deadlines/properties/statusSeconds/type", keyword: "type", params: { type: "number" }, message: "must be number" };
            if (vErrors === null) {
              vErrors = [err79];
            } else {
              vErrors.push(err79);
            }
            errors++;
          }
        }
        if (data50.gcSeconds !== void 0) {
          let data55 = data50.gcSeconds;
          if (typeof data55 == "number" && isFinite(data55)) {
            if (data55 > 210 || isNaN(data55)) {
              const err80 = { instancePath: instancePath + "/deadlines/gcSeconds", schemaPath: "#/properties/deadlines/properties/gcSeconds/maximum", keyword: "maximum", params: { comparison: "<=", limit: 210 }, message: "must be <= 210" };
              if (vErrors === null) {
                vErrors = [err80];
              } else {
                vErrors.push(err80);
              }
              errors++;
            }
            if (data55 <= 0 || isNaN(data55)) {
              const err81 = { instancePath: instancePath + "/deadlines/gcSeconds", schemaPath: "#/properties/deadlines/properties/gcSeconds/exclusiveMinimum", keyword: "exclusiveMinimum", params: { comparison: ">", limit: 0 }, message: "must be > 0" };
              if (vErrors === null) {
                vErrors = [err81];
              } else {
                vErrors.push(err81);
              }
              errors++;
            }
          } else {
            const err82 = { instancePath: instancePath + "/deadlines/gcSeconds", schemaPath: "#/properties/deadlines/properties/gcSeconds/type", keyword: "type", params: { type: "number" }, message: "must be number" };
            if (vErrors === null) {
              vErrors = [err82];
            } else {
              vErrors.push(err82);
            }
            errors++;
          }
        }
        if (data50.pluginSeconds !== void 0) {
          let data56 = data50.pluginSeconds;
          if (typeof data56 == "number" && isFinite(data56)) {
            if (data56 > 210 || isNaN(data56)) {
              const err83 = { instancePath: instancePath + "/deadlines/pluginSeconds", schemaPath: "#/properties/deadlines/properties/pluginSeconds/maximum", keyword: "maximum", params: { comparison: "<=", limit: 210 }, message: "must be <= 210" };
              if (vErrors === null) {
                vErrors = [err83];
              } else {
                vErrors.push(err83);
              }
              errors++;
            }
            if (data56 <= 0 || isNaN(data56)) {
              const err84 = { instancePath: instancePath + "/deadlines/pluginSeconds", schemaPath: "#/properties/deadlines/properties/pluginSeconds/exclusiveMinimum", keyword: "exclusiveMinimum", params: { comparison: ">", limit: 0 }, message: "must be > 0" };
              if (vErrors === null) {
                vErrors = [err84];
              } else {
                vErrors.push(err84);
              }
              errors++;
            }
          } else {
            const err85 = { instancePath: instancePath + "/deadlines/pluginSeconds", schemaPath: "#/properties/deadlines/properties/pluginSeconds/type", keyword: "type", params: { type: "number" }, message: "must be number" };
            if (vErrors === null) {
              vErrors = [err85];
            } else {
              vErrors.push(err85);
            }
            errors++;
          }
        }
        if (data50.readinessSeconds !== void 0) {
          let data57 = data50.readinessSeconds;
          if (typeof data57 == "number" && isFinite(data57)) {
            if (data57 > 60 || isNaN(data57)) {
              const err86 = { instancePath: instancePath + "/deadlines/readinessSeconds", schemaPath: "#/properties/deadlines/properties/readinessSeconds/maximum", keyword: "maximum", params: { comparison: "<=", limit: 60 }, message: "must be <= 60" };
              if (vErrors === null) {
                vErrors = [err86];
              } else {
                vErrors.push(err86);
              }
              errors++;
            }
            if (data57 < 0 || isNaN(data57)) {
              const err87 = { instancePath: instancePath + "/deadlines/readinessSeconds", schemaPath: "#/properties/deadlines/properties/readinessSeconds/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 }, message: "must be >= 0" };
              if (vErrors === null) {
                vErrors = [err87];
              } else {
                vErrors.push(err87);
              }
              errors++;
            }
          } else {
            const err88 = { instancePath: instancePath + "/deadlines/readinessSeconds", schemaPath: "#/properties/deadlines/properties/readinessSeconds/type", keyword: "type", params: { type: "number" }, message: "must be number" };
            if (vErrors === null) {
              vErrors = [err88];
            } else {
              vErrors.push(err88);
            }
            errors++;
          }
        }
      } else {
        const err89 = { instancePath: instancePath + "/deadlines", schemaPath: "#/properties/deadlines/type", keyword: "type", params: { type: "object" }, message: "must be object" };
        if (vErrors === null) {
          vErrors = [err89];
        } else {
          vErrors.push(err89);
        }
        errors++;
      }
    }
  } else {
    const err90 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" }, message: "must be object" };
    if (vErrors === null) {
      vErrors = [err90];
    } else {
      vErrors.push(err90);
    }
    errors++;
  }
  validate10.errors = vErrors;
  return errors === 0;
}
export {
  validate
};
