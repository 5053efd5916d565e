import { expect, it } from 'vitest';
import { readFiles, sarifLog, validate } from '../../src/validate/index.ts';

it('plexus validate prints a SARIF 2.1.0 log in the form that code hosts read', () => {
  const text =
    'apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: {name: x}\nspec:\n  config: \'{"type": "bridge", "vlan": 5000}\'\n';
  expect(sarifLog(validate(readFiles([{ path: './networks/my net.yaml', text }])), '1.2.3')).toMatchInlineSnapshot(`
    {
      "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
      "runs": [
        {
          "columnKind": "utf16CodeUnits",
          "results": [
            {
              "level": "note",
              "locations": [
                {
                  "logicalLocations": [
                    {
                      "fullyQualifiedName": "spec.config",
                    },
                  ],
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "networks/my%20net.yaml",
                    },
                    "region": {
                      "endColumn": 44,
                      "endLine": 5,
                      "startColumn": 12,
                      "startLine": 5,
                    },
                  },
                },
              ],
              "message": {
                "text": "no cniVersion: Plexus uses 0.4.0, other programs 0.1.0. Add "cniVersion": "1.0.0", or a version that all its plugins support.",
              },
              "ruleId": "PLX-V-VERSION-ABSENT",
              "ruleIndex": 0,
            },
            {
              "level": "error",
              "locations": [
                {
                  "logicalLocations": [
                    {
                      "fullyQualifiedName": "spec.config.vlan",
                    },
                  ],
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "networks/my%20net.yaml",
                    },
                    "region": {
                      "endColumn": 43,
                      "endLine": 5,
                      "startColumn": 39,
                      "startLine": 5,
                    },
                  },
                },
              ],
              "message": {
                "text": "5000 is not allowed: it must be 4094 or less. Use an allowed value.",
              },
              "ruleId": "PLX-V-VALUE",
              "ruleIndex": 1,
            },
          ],
          "tool": {
            "driver": {
              "name": "plexus validate",
              "rules": [
                {
                  "help": {
                    "text": "Add "cniVersion": "1.0.0", or a version that all its plugins support.",
                  },
                  "id": "PLX-V-VERSION-ABSENT",
                  "shortDescription": {
                    "text": "A configuration has no cniVersion.",
                  },
                },
                {
                  "help": {
                    "text": "Use an allowed value.",
                  },
                  "id": "PLX-V-VALUE",
                  "shortDescription": {
                    "text": "A value has the wrong type, or is not among the allowed ones.",
                  },
                },
              ],
              "semanticVersion": "1.2.3",
            },
          },
        },
      ],
      "version": "2.1.0",
    }
  `);
});

it('plexus validate prints a SARIF log without results if there are no findings', () => {
  expect(sarifLog([], '1.2.3')).toMatchObject({
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'plexus validate', rules: [] } }, results: [] }],
  });
});

it('plexus validate prints the absolute path of a file outside the working directory in SARIF', () => {
  const log = sarifLog(validate(readFiles([{ path: '/tmp/x.json', text: '{' }])), '1.2.3');
  expect(JSON.stringify(log)).toContain('"uri":"file:///tmp/x.json"');
});
