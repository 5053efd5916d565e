// Made from the schema beside it by `npm run make`: do not edit.

// <stdin>
var validate = validate10;
var schema11 = { "$schema": "http://json-schema.org/draft-07/schema#", "title": "DeviceInfo", "description": "What an application must know of its device (device information specification 1.1.0, section 3.2). Keys beyond these pass unchanged.", "type": "object", "required": ["type", "version"], "properties": { "type": { "enum": ["pci", "vdpa", "vhost-user", "memif"] }, "version": { "type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$" }, "pci": { "type": "object", "required": ["pci-address"], "properties": { "pci-address": { "type": "string", "pattern": "^[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]$" }, "vhost-net": { "type": "string" }, "rdma-device": { "type": "string" }, "pf-pci-address": { "type": "string" }, "representor-device": { "type": "string" } } }, "vdpa": { "type": "object", "required": ["parent-device", "driver", "path"], "properties": { "parent-device": { "type": "string" }, "driver": { "enum": ["vhost", "virtio"] }, "path": { "type": "string" }, "pci-address": { "type": "string" }, "pf-pci-address": { "type": "string" }, "representor-device": { "type": "string" } } }, "vhost-user": { "type": "object", "required": ["mode", "path"], "properties": { "mode": { "enum": ["client", "server"] }, "path": { "type": "string" } } }, "memif": { "type": "object", "required": ["role", "path", "mode"], "properties": { "role": { "enum": ["master", "slave"] }, "path": { "type": "string" }, "mode": { "enum": ["ethernet", "ip", "inject-punt", "punt"] } } } }, "allOf": [{ "if": { "type": "object", "required": ["type"], "properties": { "type": { "const": "pci" } } }, "then": { "type": "object", "required": ["pci"], "properties": { "pci": {} } } }, { "if": { "type": "object", "required": ["type"], "properties": { "type": { "const": "vdpa" } } }, "then": { "type": "object", "required": ["vdpa"], "properties": { "vdpa": {} } } }, { "if": { "type": "object", "required": ["type"], "properties": { "type": { "const": "vhost-user" } } }, "then": { "type": "object", "required": ["vhost-user"], "properties": { "vhost-user": {} } } }, { "if": { "type": "object", "required": ["type"], "properties": { "type": { "const": "memif" } } }, "then": { "type": "object", "required": ["memif"], "properties": { "memif": {} } } }] };
var pattern0 = new RegExp("^[0-9]+\\.[0-9]+\\.[0-9]+$", "u");
var pattern1 = new RegExp("^[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]$", "u");
function validate10(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
  let vErrors = null;
  let errors = 0;
  const _errs2 = errors;
  let valid1 = true;
  const _errs3 = errors;
  if (errors === _errs3) {
    if (data && typeof data == "object" && !Array.isArray(data)) {
      let missing0;
      if (data.type === void 0 && (missing0 = "type")) {
        const err0 = {};
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      } else {
        if (data.type !== void 0) {
          if ("pci" !== data.type) {
            const err1 = {};
            if (vErrors === null) {
              vErrors = [err1];
            } else {
              vErrors.push(err1);
            }
            errors++;
          }
        }
      }
    } else {
      const err2 = {};
      if (vErrors === null) {
        vErrors = [err2];
      } else {
        vErrors.push(err2);
      }
      errors++;
    }
  }
  var _valid0 = _errs3 === errors;
  errors = _errs2;
  if (vErrors !== null) {
    if (_errs2) {
      vErrors.length = _errs2;
    } else {
      vErrors = null;
    }
  }
  if (_valid0) {
    const _errs6 = errors;
    if (data && typeof data == "object" && !Array.isArray(data)) {
      if (data.pci === void 0) {
        const err3 = { instancePath, schemaPath: "#/allOf/0/then/required", keyword: "required", params: { missingProperty: "pci" }, message: "must have required property 'pci'" };
        if (vErrors === null) {
          vErrors = [err3];
        } else {
          vErrors.push(err3);
        }
        errors++;
      }
    } else {
      const err4 = { instancePath, schemaPath: "#/allOf/0/then/type", keyword: "type", params: { type: "object" }, message: "must be object" };
      if (vErrors === null) {
        vErrors = [err4];
      } else {
        vErrors.push(err4);
      }
      errors++;
    }
    var _valid0 = _errs6 === errors;
    valid1 = _valid0;
  }
  if (!valid1) {
    const err5 = { instancePath, schemaPath: "#/allOf/0/if", keyword: "if", params: { failingKeyword: "then" }, message: 'must match "then" schema' };
    if (vErrors === null) {
      vErrors = [err5];
    } else {
      vErrors.push(err5);
    }
    errors++;
  }
  const _errs9 = errors;
  let valid3 = true;
  const _errs10 = errors;
  if (errors === _errs10) {
    if (data && typeof data == "object" && !Array.isArray(data)) {
      let missing1;
      if (data.type === void 0 && (missing1 = "type")) {
        const err6 = {};
        if (vErrors === null) {
          vErrors = [err6];
        } else {
          vErrors.push(err6);
        }
        errors++;
      } else {
        if (data.type !== void 0) {
          if ("vdpa" !== data.type) {
            const err7 = {};
            if (vErrors === null) {
              vErrors = [err7];
            } else {
              vErrors.push(err7);
            }
            errors++;
          }
        }
      }
    } else {
      const err8 = {};
      if (vErrors === null) {
        vErrors = [err8];
      } else {
        vErrors.push(err8);
      }
      errors++;
    }
  }
  var _valid1 = _errs10 === errors;
  errors = _errs9;
  if (vErrors !== null) {
    if (_errs9) {
      vErrors.length = _errs9;
    } else {
      vErrors = null;
    }
  }
  if (_valid1) {
    const _errs13 = errors;
    if (data && typeof data == "object" && !Array.isArray(data)) {
      if (data.vdpa === void 0) {
        const err9 = { instancePath, schemaPath: "#/allOf/1/then/required", keyword: "required", params: { missingProperty: "vdpa" }, message: "must have required property 'vdpa'" };
        if (vErrors === null) {
          vErrors = [err9];
        } else {
          vErrors.push(err9);
        }
        errors++;
      }
    } else {
      const err10 = { instancePath, schemaPath: "#/allOf/1/then/type", keyword: "type", params: { type: "object" }, message: "must be object" };
      if (vErrors === null) {
        vErrors = [err10];
      } else {
        vErrors.push(err10);
      }
      errors++;
    }
    var _valid1 = _errs13 === errors;
    valid3 = _valid1;
  }
  if (!valid3) {
    const err11 = { instancePath, schemaPath: "#/allOf/1/if", keyword: "if", params: { failingKeyword: "then" }, message: 'must match "then" schema' };
    if (vErrors === null) {
      vErrors = [err11];
    } else {
      vErrors.push(err11);
    }
    errors++;
  }
  const _errs16 = errors;
  let valid5 = true;
  const _errs17 = errors;
  if (errors === _errs17) {
    if (data && typeof data == "object" && !Array.isArray(data)) {
      let missing2;
      if (data.type === void 0 && (missing2 = "type")) {
        const err12 = {};
        if (vErrors === null) {
          vErrors = [err12];
        } else {
          vErrors.push(err12);
        }
        errors++;
      } else {
        if (data.type !== void 0) {
          if ("vhost-user" !== data.type) {
            const err13 = {};
            if (vErrors === null) {
              vErrors = [err13];
            } else {
              vErrors.push(err13);
            }
            errors++;
          }
        }
      }
    } else {
      const err14 = {};
      if (vErrors === null) {
        vErrors = [err14];
      } else {
        vErrors.push(err14);
      }
      errors++;
    }
  }
  var _valid2 = _errs17 === errors;
  errors = _errs16;
  if (vErrors !== null) {
    if (_errs16) {
      vErrors.length = _errs16;
    } else {
      vErrors = null;
    }
  }
  if (_valid2) {
    const _errs20 = errors;
    if (data && typeof data == "object" && !Array.isArray(data)) {
      if (data["vhost-user"] === void 0) {
        const err15 = { instancePath, schemaPath: "#/allOf/2/then/required", keyword: "required", params: { missingProperty: "vhost-user" }, message: "must have required property 'vhost-user'" };
        if (vErrors === null) {
          vErrors = [err15];
        } else {
          vErrors.push(err15);
        }
        errors++;
      }
    } else {
      const err16 = { instancePath, schemaPath: "#/allOf/2/then/type", keyword: "type", params: { type: "object" }, message: "must be object" };
      if (vErrors === null) {
        vErrors = [err16];
      } else {
        vErrors.push(err16);
      }
      errors++;
    }
    var _valid2 = _errs20 === errors;
    valid5 = _valid2;
  }
  if (!valid5) {
    const err17 = { instancePath, schemaPath: "#/allOf/2/if", keyword: "if", params: { failingKeyword: "then" }, message: 'must match "then" schema' };
    if (vErrors === null) {
      vErrors = [err17];
    } else {
      vErrors.push(err17);
    }
    errors++;
  }
  const _errs23 = errors;
  let valid7 = true;
  const _errs24 = errors;
  if (errors === _errs24) {
    if (data && typeof data == "object" && !Array.isArray(data)) {
      let missing3;
      if (data.type === void 0 && (missing3 = "type")) {
        const err18 = {};
        if (vErrors === null) {
          vErrors = [err18];
        } else {
          vErrors.push(err18);
        }
        errors++;
      } else {
        if (data.type !== void 0) {
          if ("memif" !== data.type) {
            const err19 = {};
            if (vErrors === null) {
              vErrors = [err19];
            } else {
              vErrors.push(err19);
            }
            errors++;
          }
        }
      }
    } else {
      const err20 = {};
      if (vErrors === null) {
        vErrors = [err20];
      } else {
        vErrors.push(err20);
      }
      errors++;
    }
  }
  var _valid3 = _errs24 === errors;
  errors = _errs23;
  if (vErrors !== null) {
    if (_errs23) {
      vErrors.length = _errs23;
    } else {
      vErrors = null;
    }
  }
  if (_valid3) {
    const _errs27 = errors;
    if (data && typeof data == "object" && !Array.isArray(data)) {
      if (data.memif === void 0) {
        const err21 = { instancePath, schemaPath: "#/allOf/3/then/required", keyword: "required", params: { missingProperty: "memif" }, message: "must have required property 'memif'" };
        if (vErrors === null) {
          vErrors = [err21];
        } else {
          vErrors.push(err21);
        }
        errors++;
      }
    } else {
      const err22 = { instancePath, schemaPath: "#/allOf/3/then/type", keyword: "type", params: { type: "object" }, message: "must be object" };
      if (vErrors === null) {
        vErrors = [err22];
      } else {
        vErrors.push(err22);
      }
      errors++;
    }
    var _valid3 = _errs27 === errors;
    valid7 = _valid3;
  }
  if (!valid7) {
    const err23 = { instancePath, schemaPath: "#/allOf/3/if", keyword: "if", params: { failingKeyword: "then" }, message: 'must match "then" schema' };
    if (vErrors === null) {
      vErrors = [err23];
    } else {
      vErrors.push(err23);
    }
    errors++;
  }
  if (data && typeof data == "object" && !Array.isArray(data)) {
    if (data.type === void 0) {
      const err24 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "type" }, message: "must have required property 'type'" };
      if (vErrors === null) {
        vErrors = [err24];
      } else {
        vErrors.push(err24);
      }
      errors++;
    }
    if (data.version === void 0) {
      const err25 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "version" }, message: "must have required property 'version'" };
      if (vErrors === null) {
        vErrors = [err25];
      } else {
        vErrors.push(err25);
      }
      errors++;
    }
    if (data.type !== void 0) {
      let data4 = data.type;
      if (!(data4 === "pci" || data4 === "vdpa" || data4 === "vhost-user" || data4 === "memif")) {
        const err26 = { instancePath: instancePath + "/type", schemaPath: "#/properties/type/enum", keyword: "enum", params: { allowedValues: schema11.properties.type.enum }, message: "must be equal to one of the allowed values" };
        if (vErrors === null) {
          vErrors = [err26];
        } else {
          vErrors.push(err26);
        }
        errors++;
      }
    }
    if (data.version !== void 0) {
      let data5 = data.version;
      if (typeof data5 === "string") {
        if (!pattern0.test(data5)) {
          const err27 = { instancePath: instancePath + "/version", schemaPath: "#/properties/version/pattern", keyword: "pattern", params: { pattern: "^[0-9]+\\.[0-9]+\\.[0-9]+$" }, message: 'must match pattern "^[0-9]+\\.[0-9]+\\.[0-9]+$"' };
          if (vErrors === null) {
            vErrors = [err27];
          } else {
            vErrors.push(err27);
          }
          errors++;
        }
      } else {
        const err28 = { instancePath: instancePath + "/version", schemaPath: "#/properties/version/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err28];
        } else {
          vErrors.push(err28);
        }
        errors++;
      }
    }
    if (data.pci !== void 0) {
      let data6 = data.pci;
      if (data6 && typeof data6 == "object" && !Array.isArray(data6)) {
        if (data6["pci-address"] === void 0) {
          const err29 = { instancePath: instancePath + "/pci", schemaPath: "#/properties/pci/required", keyword: "required", params: { missingProperty: "pci-address" }, message: "must have required property 'pci-address'" };
          if (vErrors === null) {
            vErrors = [err29];
          } else {
            vErrors.push(err29);
          }
          errors++;
        }
        if (data6["pci-address"] !== void 0) {
          let data7 = data6["pci-address"];
          if (typeof data7 === "string") {
            if (!pattern1.test(data7)) {
              const err30 = { instancePath: instancePath + "/pci/pci-address", schemaPath: "#/properties/pci/properties/pci-address/pattern", keyword: "pattern", params: { pattern: "^[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]$" }, message: 'must match pattern "^[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]$"' };
              if (vErrors === null) {
                vErrors = [err30];
              } else {
                vErrors.push(err30);
              }
              errors++;
            }
          } else {
            const err31 = { instancePath: instancePath + "/pci/pci-address", schemaPath: "#/properties/pci/properties/pci-address/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err31];
            } else {
              vErrors.push(err31);
            }
            errors++;
          }
        }
        if (data6["vhost-net"] !== void 0) {
          if (typeof data6["vhost-net"] !== "string") {
            const err32 = { instancePath: instancePath + "/pci/vhost-net", schemaPath: "#/properties/pci/properties/vhost-net/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err32];
            } else {
              vErrors.push(err32);
            }
            errors++;
          }
        }
        if (data6["rdma-device"] !== void 0) {
          if (typeof data6["rdma-device"] !== "string") {
            const err33 = { instancePath: instancePath + "/pci/rdma-device", schemaPath: "#/properties/pci/properties/rdma-device/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err33];
            } else {
              vErrors.push(err33);
            }
            errors++;
          }
        }
        if (data6["pf-pci-address"] !== void 0) {
          if (typeof data6["pf-pci-address"] !== "string") {
            const err34 = { instancePath: instancePath + "/pci/pf-pci-address", schemaPath: "#/properties/pci/properties/pf-pci-address/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err34];
            } else {
              vErrors.push(err34);
            }
            errors++;
          }
        }
        if (data6["representor-device"] !== void 0) {
          if (typeof data6["representor-device"] !== "string") {
            const err35 = { instancePath: instancePath + "/pci/representor-device", schemaPath: "#/properties/pci/properties/representor-device/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err35];
            } else {
              vErrors.push(err35);
            }
            errors++;
          }
        }
      } else {
        const err36 = { instancePath: instancePath + "/pci", schemaPath: "#/properties/pci/type", keyword: "type", params: { type: "object" }, message: "must be object" };
        if (vErrors === null) {
          vErrors = [err36];
        } else {
          vErrors.push(err36);
        }
        errors++;
      }
    }
    if (data.vdpa !== void 0) {
      let data12 = data.vdpa;
      if (data12 && typeof data12 == "object" && !Array.isArray(data12)) {
        if (data12["parent-device"] === void 0) {
          const err37 = { instancePath: instancePath + "/vdpa", schemaPath: "#/properties/vdpa/required", keyword: "required", params: { missingProperty: "parent-device" }, message: "must have required property 'parent-device'" };
          if (vErrors === null) {
            vErrors = [err37];
          } else {
            vErrors.push(err37);
          }
          errors++;
        }
        if (data12.driver === void 0) {
          const err38 = { instancePath: instancePath + "/vdpa", schemaPath: "#/properties/vdpa/required", keyword: "required", params: { missingProperty: "driver" }, message: "must have required property 'driver'" };
          if (vErrors === null) {
            vErrors = [err38];
          } else {
            vErrors.push(err38);
          }
          errors++;
        }
        if (data12.path === void 0) {
          const err39 = { instancePath: instancePath + "/vdpa", schemaPath: "#/properties/vdpa/required", keyword: "required", params: { missingProperty: "path" }, message: "must have required property 'path'" };
          if (vErrors === null) {
            vErrors = [err39];
          } else {
            vErrors.push(err39);
          }
          errors++;
        }
        if (data12["parent-device"] !== void 0) {
          if (typeof data12["parent-device"] !== "string") {
            const err40 = { instancePath: instancePath + "/vdpa/parent-device", schemaPath: "#/properties/vdpa/properties/parent-device/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err40];
            } else {
              vErrors.push(err40);
            }
            errors++;
          }
        }
        if (data12.driver !== void 0) {
          let data14 = data12.driver;
          if (!(data14 === "vhost" || data14 === "virtio")) {
            const err41 = { instancePath: instancePath + "/vdpa/driver", schemaPath: "#/properties/vdpa/properties/driver/enum", keyword: "enum", params: { allowedValues: schema11.properties.vdpa.properties.driver.enum }, message: "must be equal to one of the allowed values" };
            if (vErrors === null) {
              vErrors = [err41];
            } else {
              vErrors.push(err41);
            }
            errors++;
          }
        }
        if (data12.path !== void 0) {
          if (typeof data12.path !== "string") {
            const err42 = { instancePath: instancePath + "/vdpa/path", schemaPath: "#/properties/vdpa/properties/path/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err42];
            } else {
              vErrors.push(err42);
            }
            errors++;
          }
        }
        if (data12["pci-address"] !== void 0) {
          if (typeof data12["pci-address"] !== "string") {
            const err43 = { instancePath: instancePath + "/vdpa/pci-address", schemaPath: "#/properties/vdpa/properties/pci-address/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err43];
            } else {
              vErrors.push(err43);
            }
            errors++;
          }
        }
        if (data12["pf-pci-address"] !== void 0) {
          if (typeof data12["pf-pci-address"] !== "string") {
            const err44 = { instancePath: instancePath + "/vdpa/pf-pci-address", schemaPath: "#/properties/vdpa/properties/pf-pci-address/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err44];
            } else {
              vErrors.push(err44);
            }
            errors++;
          }
        }
        if (data12["representor-device"] !== void 0) {
          if (typeof data12["representor-device"] !== "string") {
            const err45 = { instancePath: instancePath + "/vdpa/representor-device", schemaPath: "#/properties/vdpa/properties/representor-device/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err45];
            } else {
              vErrors.push(err45);
            }
            errors++;
          }
        }
      } else {
        const err46 = { instancePath: instancePath + "/vdpa", schemaPath: "#/properties/vdpa/type", keyword: "type", params: { type: "object" }, message: "must be object" };
        if (vErrors === null) {
          vErrors = [err46];
        } else {
          vErrors.push(err46);
        }
        errors++;
      }
    }
    if (data["vhost-user"] !== void 0) {
      let data19 = data["vhost-user"];
      if (data19 && typeof data19 == "object" && !Array.isArray(data19)) {
        if (data19.mode === void 0) {
          const err47 = { instancePath: instancePath + "/vhost-user", schemaPath: "#/properties/vhost-user/required", keyword: "required", params: { missingProperty: "mode" }, message: "must have required property 'mode'" };
          if (vErrors === null) {
            vErrors = [err47];
          } else {
            vErrors.push(err47);
          }
          errors++;
        }
        if (data19.path === void 0) {
          const err48 = { instancePath: instancePath + "/vhost-user", schemaPath: "#/properties/vhost-user/required", keyword: "required", params: { missingProperty: "path" }, message: "must have required property 'path'" };
          if (vErrors === null) {
            vErrors = [err48];
          } else {
            vErrors.push(err48);
          }
          errors++;
        }
        if (data19.mode !== void 0) {
          let data20 = data19.mode;
          if (!(data20 === "client" || data20 === "server")) {
            const err49 = { instancePath: instancePath + "/vhost-user/mode", schemaPath: "#/properties/vhost-user/properties/mode/enum", keyword: "enum", params: { allowedValues: schema11.properties["vhost-user"].properties.mode.enum }, message: "must be equal to one of the allowed values" };
            if (vErrors === null) {
              vErrors = [err49];
            } else {
              vErrors.push(err49);
            }
            errors++;
          }
        }
        if (data19.path !== void 0) {
          if (typeof data19.path !== "string") {
            const err50 = { instancePath: instancePath + "/vhost-user/path", schemaPath: "#/properties/vhost-user/properties/path/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err50];
            } else {
              vErrors.push(err50);
            }
            errors++;
          }
        }
      } else {
        const err51 = { instancePath: instancePath + "/vhost-user", schemaPath: "#/properties/vhost-user/type", keyword: "type", params: { type: "object" }, message: "must be object" };
        if (vErrors === null) {
          vErrors = [err51];
        } else {
          vErrors.push(err51);
        }
        errors++;
      }
    }
    if (data.memif !== void 0) {
      let data22 = data.memif;
      if (data22 && typeof data22 == "object" && !Array.isArray(data22)) {
        if (data22.role === void 0) {
          const err52 = { instancePath: instancePath + "/memif", schemaPath: "#/properties/memif/required", keyword: "required", params: { missingProperty: "role" }, message: "must have required property 'role'" };
          if (vErrors === null) {
            vErrors = [err52];
          } else {
            vErrors.push(err52);
          }
          errors++;
        }
        if (data22.path === void 0) {
          const err53 = { instancePath: instancePath + "/memif", schemaPath: "#/properties/memif/required", keyword: "required", params: { missingProperty: "path" }, message: "must have required property 'path'" };
          if (vErrors === null) {
            vErrors = [err53];
          } else {
            vErrors.push(err53);
          }
          errors++;
        }
        if (data22.mode === void 0) {
          const err54 = { instancePath: instancePath + "/memif", schemaPath: "#/properties/memif/required", keyword: "required", params: { missingProperty: "mode" }, message: "must have required property 'mode'" };
          if (vErrors === null) {
            vErrors = [err54];
          } else {
            vErrors.push(err54);
          }
          errors++;
        }
        if (data22.role !== void 0) {
          let data23 = data22.role;
          if (!(data23 === "master" || data23 === "slave")) {
            const err55 = { instancePath: instancePath + "/memif/role", schemaPath: "#/properties/memif/properties/role/enum", keyword: "enum", params: { allowedValues: schema11.properties.memif.properties.role.enum }, message: "must be equal to one of the allowed values" };
            if (vErrors === null) {
              vErrors = [err55];
            } else {
              vErrors.push(err55);
            }
            errors++;
          }
        }
        if (data22.path !== void 0) {
          if (typeof data22.path !== "string") {
            const err56 = { instancePath: instancePath + "/memif/path", schemaPath: "#/properties/memif/properties/path/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err56];
            } else {
              vErrors.push(err56);
            }
            errors++;
          }
        }
        if (data22.mode !== void 0) {
          let data25 = data22.mode;
          if (!(data25 === "ethernet" || data25 === "ip" || data25 === "inject-punt" || data25 === "punt")) {
            const err57 = { instancePath: instancePath + "/memif/mode", schemaPath: "#/properties/memif/properties/mode/enum", keyword: "enum", params: { allowedValues: schema11.properties.memif.properties.mode.enum }, message: "must be equal to one of the allowed values" };
            if (vErrors === null) {
              vErrors = [err57];
            } else {
              vErrors.push(err57);
            }
            errors++;
          }
        }
      } else {
        const err58 = { instancePath: instancePath + "/memif", schemaPath: "#/properties/memif/type", keyword: "type", params: { type: "object" }, message: "must be object" };
        if (vErrors === null) {
          vErrors = [err58];
        } else {
          vErrors.push(err58);
        }
        errors++;
      }
    }
  } else {
    const err59 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" }, message: "must be object" };
    if (vErrors === null) {
      vErrors = [err59];
    } else {
      vErrors.push(err59);
    }
    errors++;
  }
  validate10.errors = vErrors;
  return errors === 0;
}
export {
  validate
};
