import { isJsonObject } from '../cni/index.ts';
import type { Path } from '../errors/index.ts';
import { type NadRef, networksKey, parseSelections } from '../npwg/index.ts';
import { checkElement } from './check-pod.ts';
import { type Finding, finding, keyAt, objectInvalid } from './finding.ts';
import type { PodContext } from './plan-pod.ts';
import { podOfObject } from './pod-object.ts';
import type { Element } from './elements.ts';
import { valueAt } from './values.ts';

/** A virtual machine instance of KubeVirt, or the template of one in an object. */
interface Vm {
  readonly object: unknown;
  readonly instance: Path;
}

/** The networks of a virtual machine: KubeVirt turns each into an element of its pod's annotation. */
export function checkVm(vm: Vm, context: PodContext): readonly Finding[] {
  const { object, instance } = vm;
  const annotations = [...instance, 'metadata', 'annotations'];
  const networks = networksOf(vm);
  const wrong = networks.filter(({ networkName }) => typeof networkName !== 'string');
  const pod = { ...podOfObject(object, annotations), annotations: {} };
  const input = { pod, context, limits: new Map<string, number>(), claims: [] };
  const found = networks.flatMap((network, index) => {
    const element = elementOf(vm, network);
    return element === undefined ? [] : checkElement(networksKey, element, index, input);
  });
  return [
    ...wrong.map(({ path, networkName }) => {
      const text = 'a multus network needs "networkName", the name of a NetworkAttachmentDefinition';
      return finding(objectInvalid, keyAt(path), { value: networkName }, text);
    }),
    ...found,
  ];
}

/** The NetworkAttachmentDefinitions that a virtual machine names, as far as it can be read. */
export function nadsOfVm(vm: Vm): readonly NadRef[] {
  const { namespace } = podOfObject(vm.object, [...vm.instance, 'metadata', 'annotations']);
  return networksOf(vm).flatMap((network) => {
    const { alone } = elementOf(vm, network) ?? {};
    try {
      return parseSelections(alone, namespace).selections.map(({ nad }) => nad);
    } catch {
      return []; // reported where the networks are checked
    }
  });
}

interface VmNetwork {
  readonly name: string;
  readonly networkName: unknown;
  /** Of `multus`. */
  readonly path: Path;
}

function networksOf({ object, instance }: Vm): readonly VmNetwork[] {
  const path = [...instance, 'spec', 'networks'];
  const networks = valueAt(object, path);
  if (!Array.isArray(networks)) return [];
  return (networks as readonly unknown[]).flatMap((network, index) => {
    const { name, multus } = isJsonObject(network) ? network : {};
    return isJsonObject(multus)
      ? [
          {
            name: typeof name === 'string' ? name : `${index}`,
            networkName: multus['networkName'],
            path: [...path, index, 'multus'],
          },
        ]
      : [];
  });
}

/** The element that KubeVirt writes for a network: its MAC address is that of the interface with the network's name. */
function elementOf({ object, instance }: Vm, { name, networkName, path }: VmNetwork): Element | undefined {
  if (typeof networkName !== 'string') return undefined;
  const [nad = '', namespace] = networkName.split('/').toReversed();
  const interfaces = valueAt(object, [...instance, 'spec', 'domain', 'devices', 'interfaces']);
  const index = Array.isArray(interfaces) ? interfaces.findIndex((each) => valueAt(each, ['name']) === name) : -1;
  const macPath = [...instance, 'spec', 'domain', 'devices', 'interfaces', index, 'macAddress'];
  const mac = index < 0 ? undefined : valueAt(object, macPath);
  const alone = JSON.stringify([
    { name: nad, ...(namespace !== undefined && { namespace }), ...(typeof mac === 'string' && { mac }) },
  ]);
  return {
    alone,
    vmNetwork: name,
    at: ([field] = []) => ({ path: field === 'mac' ? macPath : [...path, 'networkName'] }),
  };
}
