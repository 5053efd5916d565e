import { type RequestName, requestFields, requestNames as requests } from '../npwg/index.ts';
import { type KnownPlugin, knownPlugins } from '../plan/index.ts';

/** Generates docs/requests.md: which plugin reads which request of a pod, and how. Uses the planner's own table. */
export function requestsPage(): string {
  const rows = Object.entries(knownPlugins)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([type, plugin]) =>
        `| \`${type}\` | ${requests.map((request) => waysText(plugin, request)).join(' | ')} | ${plugin.note ?? ''} |`,
    );
  return `<!-- Made by \`npm run make\`: do not edit. -->

# Which plugin reads which request

A pod can request addresses, a MAC address and more of a network ([networks.md](networks.md)). A request reaches a plugin in
one of these ways:

- *capability*: in \`runtimeConfig\`, where the plugin's configuration declares it: ${requests.map((each) => `\`"capabilities": {"${requestFields[each].capability}": true}\``).join(', ')}.
- *CNI_ARGS*: ${keysOf('cniArgsKey', '=').join(' and ')} in the environment variable. Plexus always sets them. Several addresses are separated by commas, unless a
  plugin of the network is known to reject a list (*one*).
- *args.cni*: ${keysOf('argsKey').join(', ')} in \`args.cni\` of the configuration. Plexus adds them where no other way is open.
- *annotation*: the network's own controller reads the pod's annotation in the API.

IPAM plugins read what the plugin that runs them is given. A network is judged as a whole, with the IPAM plugins of its chain:

| the network's plugins | what Plexus does |
| --- | --- |
| one of them reads the request in a way that is open | passes it on |
| all are known, and one would read it if its configuration declared the capability | refuses: \`PLX-CAPABILITY-MISSING\` |
| all are known, and none reads it | refuses: \`PLX-REQUEST-UNSERVED\` |
| the capability is declared, but no plugin is known to read it | passes it on as declared, and warns (log, Event, \`plexus plan\`, \`plexus validate\`) |
| one is not in the table, or is *uncertain* | passes it on in CNI_ARGS, a MAC address or GUID also in \`args.cni\`; the log, \`plexus plan\` and \`plexus validate\` note it |

\`unservedRequests: warn\` in the [configuration](configuration.md) attaches the pod without the request and warns, \`ignore\` attaches it silently.
\`plexus plan\` shows for each request who reads it.

| plugin | ${requests.map((each) => `\`${each}\``).join(' | ')} | |
| --- | ${requests.map(() => '---').join(' | ')} | --- |
${rows.join('\n')}

The table was made by reading the plugins' sources in November 2026. The tests confirm \`bridge\`, \`macvlan\`, \`tuning\`, \`static\` and \`host-local\` with the
programs of Debian's package containernetworking-plugins 1.1.1; the others were not run. If a plugin is missing, or reads more today, please report it.
`;
}

const keysOf = (kind: 'cniArgsKey' | 'argsKey', sign = ''): readonly string[] =>
  requests.flatMap((request) => {
    const key = requestFields[request][kind];
    return key === undefined ? [] : [`\`${key}${sign}\``];
  });

const waysText = ({ reads }: KnownPlugin, request: RequestName): string =>
  reads[request]?.map((way) => (way === 'CNI_ARGS, one' ? 'CNI_ARGS (one)' : way)).join(', ') || '-';
