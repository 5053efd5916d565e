import { cniCode } from '../cni-code.ts';
import type { Path } from '../place.ts';
import { define } from '../plexus-error.ts';

// Failures that concern network configurations, the settings of Plexus, manifests.

export const configurationInvalid = define(
  'PLX-CONFIGURATION-INVALID',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Correct the network configuration; see the CNI specification, section 1.',
  },
  ({ source, pluginIndex, problem }: { source: string; pluginIndex?: number; path?: Path; problem: string }) =>
    `${source}: ${pluginIndex === undefined ? '' : `plugin ${pluginIndex + 1}: `}${problem}`,
);
export const settingsInvalid = define(
  'PLX-SETTINGS-INVALID',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Correct the configuration of Plexus; docs/configuration.md lists every key.',
  },
  (c: { path: Path; problem: string }) => `configuration of Plexus, ${c.path.join('.')}: ${c.problem}`,
);
export const networkFileMissing = define(
  'PLX-NETWORK-FILE-MISSING',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Put a .conflist or .conf file with that "name" into the folder on this node, or set spec.config of the NetworkAttachmentDefinition.',
  },
  (c: { network: string; folder: string; present: string }) =>
    `no network configuration named ${JSON.stringify(c.network)} in ${c.folder} (present: ${c.present})`,
);
export const nodeNetworkMissing = define(
  'PLX-NODE-NETWORK-MISSING',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Check that the pod of that network runs on this node and has written its file, or correct clusterNetwork in the configuration of Plexus.',
  },
  (c: { path: string; problem: string }) =>
    `a network of this node has no usable configuration yet: ${c.path}: ${c.problem}`,
);
export const manifestInvalid = define(
  'PLX-MANIFEST-INVALID',
  { code: cniCode.invalidConfiguration, retry: 'never', fix: 'Correct the YAML file.' },
  (c: { file: string; problem: string }) => `manifest ${c.file}: ${c.problem}`,
);
