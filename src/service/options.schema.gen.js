// Made from the schema beside it by `npm run make`: do not edit.

// <stdin>
var validate = validate10;
var schema11 = { "$schema": "http://json-schema.org/draft-07/schema#", "title": "WrittenDaemonOptions", "description": "Keys of the daemon, in addition to all keys of the table above.", "type": "object", "properties": { "socket": { "type": "string", "pattern": "^/.{1,90}$", "default": "/run/plexus/plexus.sock", "description": "The host link: the Unix socket on which the shim calls the daemon. Only root may use it." }, "cniConfDir": { "type": "string", "pattern": "^/", "default": "/etc/cni/net.d", "description": "Folder from which the container runtime reads its CNI configuration. The daemon writes 00-plexus.conflist there." }, "manageConfiguration": { "enum": ["keep", "report", "off"], "default": "keep", "description": "How the daemon manages 00-plexus.conflist. keep: write it, and restore it when another program replaces or displaces it; report: write it once and only report such changes; off: do not change the folder." }, "defaultNetwork": { "type": "string", "description": "File in cniConfDir with the default network. Default: the first configuration there that does not belong to Plexus or Multus." }, "statusChecks": { "type": "boolean", "default": false, "description": "Writes 00-plexus.conflist with cniVersion 1.1.0, so that the container runtime calls STATUS and the node is NotReady while the default network is not ready." }, "daemonWaitSeconds": { "type": "number", "minimum": 0, "maximum": 60, "default": 10, "description": "How long the shim waits for the daemon before it fails with code 11. The daemon writes this into 00-plexus.conflist." }, "whenDaemonIsAway": { "enum": ["defer", "fail"], "default": "defer", "description": "What the shim does with a DEL while the daemon is unavailable. defer: store the DEL for the daemon and return success, so that pod deletion proceeds; only if the host agent runs, because it carries out such a DEL. fail: return code 11, so that the runtime retries." }, "http": { "type": "string", "default": "127.0.0.1:9913", "description": "Address and port of /metrics (also /healthz and /readyz; the probes of the pod use observe.sock); off disables them." }, "logFormat": { "enum": ["json", "text"], "default": "json", "description": "Format of the daemon's log. json: one object per line; text: time, level and sentence." }, "nodeName": { "type": "string", "description": "Name of the Node object of this node, for Events about the node." }, "graceSeconds": { "type": "number", "minimum": 0, "maximum": 300, "default": 30, "description": "How long in-flight calls may continue after SIGTERM; then the daemon stops and undoes them." }, "reclaimSeconds": { "type": "number", "minimum": 0, "maximum": 86400, "default": 300, "description": "How often the daemon compares its journal with the namespaces and pods of this node, to undo sandboxes that disappeared without a DEL (needs the host agent) and to report running pods that were never attached. 0: never." }, "hotPlug": { "enum": ["on", "off"], "default": "on", "description": "Whether networks follow the annotation of running pods (docs/hot-plug.md). Needs the host agent and nodeName. off: the daemon does not watch pods." }, "warmUp": { "enum": ["on", "off"], "default": "on", "description": "Whether a daemon that has started runs its own code on made-up calls while it is idle, so that it is compiled before the first pod (docs/performance.md)." }, "kubeletPodsApi": { "type": "string", "default": "/var/lib/kubelet/pods-api/pods-api.sock", "description": "Socket of kubelet's Pods API (Kubernetes 1.36 or later). If it exists, Plexus reads a pod's annotations from it when the runtime did not pass them." } } };
var pattern0 = new RegExp("^/.{1,90}$", "u");
var pattern1 = new RegExp("^/", "u");
function validate10(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
  let vErrors = null;
  let errors = 0;
  if (data && typeof data == "object" && !Array.isArray(data)) {
    if (data.socket !== void 0) {
      let data0 = data.socket;
      if (typeof data0 === "string") {
        if (!pattern0.test(data0)) {
          const err0 = { instancePath: instancePath + "/socket", schemaPath: "#/properties/socket/pattern", keyword: "pattern", params: { pattern: "^/.{1,90}$" }, message: 'must match pattern "^/.{1,90}$"' };
          if (vErrors === null) {
            vErrors = [err0];
          } else {
            vErrors.push(err0);
          }
          errors++;
        }
      } else {
        const err1 = { instancePath: instancePath + "/socket", schemaPath: "#/properties/socket/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err1];
        } else {
          vErrors.push(err1);
        }
        errors++;
      }
    }
    if (data.cniConfDir !== void 0) {
      let data1 = data.cniConfDir;
      if (typeof data1 === "string") {
        if (!pattern1.test(data1)) {
          const err2 = { instancePath: instancePath + "/cniConfDir", schemaPath: "#/properties/cniConfDir/pattern", keyword: "pattern", params: { pattern: "^/" }, message: 'must match pattern "^/"' };
          if (vErrors === null) {
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
      } else {
        const err3 = { instancePath: instancePath + "/cniConfDir", schemaPath: "#/properties/cniConfDir/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err3];
        } else {
          vErrors.push(err3);
        }
        errors++;
      }
    }
    if (data.manageConfiguration !== void 0) {
      let data2 = data.manageConfiguration;
      if (!(data2 === "keep" || data2 === "report" || data2 === "off")) {
        const err4 = { instancePath: instancePath + "/manageConfiguration", schemaPath: "#/properties/manageConfiguration/enum", keyword: "enum", params: { allowedValues: schema11.properties.manageConfiguration.enum }, message: "must be equal to one of the allowed values" };
        if (vErrors === null) {
          vErrors = [err4];
        } else {
          vErrors.push(err4);
        }
        errors++;
      }
    }
    if (data.defaultNetwork !== void 0) {
      if (typeof data.defaultNetwork !== "string") {
        const err5 = { instancePath: instancePath + "/defaultNetwork", schemaPath: "#/properties/defaultNetwork/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err5];
        } else {
          vErrors.push(err5);
        }
        errors++;
      }
    }
    if (data.statusChecks !== void 0) {
      if (typeof data.statusChecks !== "boolean") {
        const err6 = { instancePath: instancePath + "/statusChecks", schemaPath: "#/properties/statusChecks/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
        if (vErrors === null) {
          vErrors = [err6];
        } else {
          vErrors.push(err6);
        }
        errors++;
      }
    }
    if (data.daemonWaitSeconds !== void 0) {
      let data5 = data.daemonWaitSeconds;
      if (typeof data5 == "number" && isFinite(data5)) {
        if (data5 > 60 || isNaN(data5)) {
          const err7 = { instancePath: instancePath + "/daemonWaitSeconds", schemaPath: "#/properties/daemonWaitSeconds/maximum", keyword: "maximum", params: { comparison: "<=", limit: 60 }, message: "must be <= 60" };
          if (vErrors === null) {
            vErrors = [err7];
          } else {
            vErrors.push(err7);
          }
          errors++;
        }
        if (data5 < 0 || isNaN(data5)) {
          const err8 = { instancePath: instancePath + "/daemonWaitSeconds", schemaPath: "#/properties/daemonWaitSeconds/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 }, message: "must be >= 0" };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
      } else {
        const err9 = { instancePath: instancePath + "/daemonWaitSeconds", schemaPath: "#/properties/daemonWaitSeconds/type", keyword: "type", params: { type: "number" }, message: "must be number" };
        if (vErrors === null) {
          vErrors = [err9];
        } else {
          vErrors.push(err9);
        }
        errors++;
      }
    }
    if (data.whenDaemonIsAway !== void 0) {
      let data6 = data.whenDaemonIsAway;
      if (!(data6 === "defer" || data6 === "fail")) {
        const err10 = { instancePath: instancePath + "/whenDaemonIsAway", schemaPath: "#/properties/whenDaemonIsAway/enum", keyword: "enum", params: { allowedValues: schema11.properties.whenDaemonIsAway.enum }, message: "must be equal to one of the allowed values" };
        if (vErrors === null) {
          vErrors = [err10];
        } else {
          vErrors.push(err10);
        }
        errors++;
      }
    }
    if (data.http !== void 0) {
      if (typeof data.http !== "string") {
        const err11 = { instancePath: instancePath + "/http", schemaPath: "#/properties/http/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err11];
        } else {
          vErrors.push(err11);
        }
        errors++;
      }
    }
    if (data.logFormat !== void 0) {
      let data8 = data.logFormat;
      if (!(data8 === "json" || data8 === "text")) {
        const err12 = { instancePath: instancePath + "/logFormat", schemaPath: "#/properties/logFormat/enum", keyword: "enum", params: { allowedValues: schema11.properties.logFormat.enum }, message: "must be equal to one of the allowed values" };
        if (vErrors === null) {
          vErrors = [err12];
        } else {
          vErrors.push(err12);
        }
        errors++;
      }
    }
    if (data.nodeName !== void 0) {
      if (typeof data.nodeName !== "string") {
        const err13 = { instancePath: instancePath + "/nodeName", schemaPath: "#/properties/nodeName/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err13];
        } else {
          vErrors.push(err13);
        }
        errors++;
      }
    }
    if (data.graceSeconds !== void 0) {
      let data10 = data.graceSeconds;
      if (typeof data10 == "number" && isFinite(data10)) {
        if (data10 > 300 || isNaN(data10)) {
          const err14 = { instancePath: instancePath + "/graceSeconds", schemaPath: "#/properties/graceSeconds/maximum", keyword: "maximum", params: { comparison: "<=", limit: 300 }, message: "must be <= 300" };
          if (vErrors === null) {
            vErrors = [err14];
          } else {
            vErrors.push(err14);
          }
          errors++;
        }
        if (data10 < 0 || isNaN(data10)) {
          const err15 = { instancePath: instancePath + "/graceSeconds", schemaPath: "#/properties/graceSeconds/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 }, message: "must be >= 0" };
          if (vErrors === null) {
            vErrors = [err15];
          } else {
            vErrors.push(err15);
          }
          errors++;
        }
      } else {
        const err16 = { instancePath: instancePath + "/graceSeconds", schemaPath: "#/properties/graceSeconds/type", keyword: "type", params: { type: "number" }, message: "must be number" };
        if (vErrors === null) {
          vErrors = [err16];
        } else {
          vErrors.push(err16);
        }
        errors++;
      }
    }
    if (data.reclaimSeconds !== void 0) {
      let data11 = data.reclaimSeconds;
      if (typeof data11 == "number" && isFinite(data11)) {
        if (data11 > 86400 || isNaN(data11)) {
          const err17 = { instancePath: instancePath + "/reclaimSeconds", schemaPath: "#/properties/reclaimSeconds/maximum", keyword: "maximum", params: { comparison: "<=", limit: 86400 }, message: "must be <= 86400" };
          if (vErrors === null) {
            vErrors = [err17];
          } else {
            vErrors.push(err17);
          }
          errors++;
        }
        if (data11 < 0 || isNaN(data11)) {
          const err18 = { instancePath: instancePath + "/reclaimSeconds", schemaPath: "#/properties/reclaimSeconds/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 }, message: "must be >= 0" };
          if (vErrors === null) {
            vErrors = [err18];
          } else {
            vErrors.push(err18);
          }
          errors++;
        }
      } else {
        const err19 = { instancePath: instancePath + "/reclaimSeconds", schemaPath: "#/properties/reclaimSeconds/type", keyword: "type", params: { type: "number" }, message: "must be number" };
        if (vErrors === null) {
          vErrors = [err19];
        } else {
          vErrors.push(err19);
        }
        errors++;
      }
    }
    if (data.hotPlug !== void 0) {
      let data12 = data.hotPlug;
      if (!(data12 === "on" || data12 === "off")) {
        const err20 = { instancePath: instancePath + "/hotPlug", schemaPath: "#/properties/hotPlug/enum", keyword: "enum", params: { allowedValues: schema11.properties.hotPlug.enum }, message: "must be equal to one of the allowed values" };
        if (vErrors === null) {
          vErrors = [err20];
        } else {
          vErrors.push(err20);
        }
        errors++;
      }
    }
    if (data.warmUp !== void 0) {
      let data13 = data.warmUp;
      if (!(data13 === "on" || data13 === "off")) {
        const err21 = { instancePath: instancePath + "/warmUp", schemaPath: "#/properties/warmUp/enum", keyword: "enum", params: { allowedValues: schema11.properties.warmUp.enum }, message: "must be equal to one of the allowed values" };
        if (vErrors === null) {
          vErrors = [err21];
        } else {
          vErrors.push(err21);
        }
        errors++;
      }
    }
    if (data.kubeletPodsApi !== void 0) {
      if (typeof data.kubeletPodsApi !== "string") {
        const err22 = { instancePath: instancePath + "/kubeletPodsApi", schemaPath: "#/properties/kubeletPodsApi/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err22];
        } else {
          vErrors.push(err22);
        }
        errors++;
      }
    }
  } else {
    const err23 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" }, message: "must be object" };
    if (vErrors === null) {
      vErrors = [err23];
    } else {
      vErrors.push(err23);
    }
    errors++;
  }
  validate10.errors = vErrors;
  return errors === 0;
}
export {
  validate
};
