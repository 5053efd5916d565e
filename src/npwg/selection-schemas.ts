import type { JsonObject } from '../cni/index.ts';
import {
  claimPattern,
  guidPattern,
  macPattern,
  maxGateways,
  maxItems,
  portRange,
  rateKeys,
  resourcePattern,
} from './selection-values.ts';

// A JSON Schema (draft 7) for each kind of value of a network selection. A schema accepts everything that the parser in
// selection-values.ts accepts; the parser is stricter where a schema cannot express the rule.

const ip = { type: 'string', pattern: '^[0-9a-fA-F:.]+$' };
const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

export const objectName: JsonObject = { type: 'string', pattern: `^${label}(\\.${label})*$`, maxLength: 253 };
export const namespaceName: JsonObject = { type: 'string', pattern: `^${label}$`, maxLength: 253 };
export const interfaceName: JsonObject = { type: 'string', pattern: '^[^/:%\\s]+$', maxLength: 15 };
export const filledText: JsonObject = { type: 'string', pattern: '\\S' };
export const mac: JsonObject = { type: 'string', pattern: macPattern };
export const guid: JsonObject = { type: 'string', pattern: guidPattern };
export const resource: JsonObject = { type: 'string', pattern: resourcePattern };
export const claim: JsonObject = { type: 'string', pattern: claimPattern };
export const anyObject: JsonObject = { type: 'object' };
export const gateways: JsonObject = { type: 'array', maxItems: maxGateways, items: ip };

export const ips: JsonObject = {
  type: 'array',
  minItems: 1,
  maxItems: maxItems,
  items: { type: 'string', pattern: '^[0-9a-fA-F:.]+(/[0-9]{1,3})?$' },
};

/** Also accepts null, and an empty string if that counts as absent. */
export const orAbsent = (schema: JsonObject, isEmptyAbsent: boolean): JsonObject => ({
  anyOf: [schema, isEmptyAbsent ? { enum: [null, ''] } : { type: 'null' }],
});

const port = { type: 'integer', minimum: portRange.least, maximum: portRange.most };
const protocol = { type: 'string', pattern: '^([tT][cC][pP]|[uU][dD][pP]|[sS][cC][tT][pP])$' };

export const portMappings: JsonObject = {
  type: 'array',
  minItems: 1,
  maxItems: maxItems,
  items: {
    type: 'object',
    required: ['hostPort', 'containerPort'],
    properties: {
      hostPort: port,
      containerPort: port,
      protocol: orAbsent(protocol, false),
      hostIP: orAbsent(ip, true),
    },
  },
};

const rate = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER };
const has = (key: string): JsonObject => ({ required: [key], properties: { [key]: { type: 'integer' } } });

export const bandwidth: JsonObject = {
  type: 'object',
  properties: Object.fromEntries(rateKeys.map((key) => [key, orAbsent(rate, false)])),
  anyOf: [has('ingressRate'), has('egressRate')],
  allOf: [
    { anyOf: [{ not: has('ingressBurst') }, has('ingressRate')] },
    { anyOf: [{ not: has('egressBurst') }, has('egressRate')] },
  ],
};
