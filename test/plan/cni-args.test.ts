import { describe, expect, it } from 'vitest';
import { parseCniArgs } from '../../src/cni/index.ts';
import { makePlan } from '../../src/plan/index.ts';
import { type Situation, inputsFor } from './planned.ts';

const argsOf = (text: string, situation: Situation = {}): string[] => {
  const inputs = inputsFor(situation);
  return makePlan({ ...inputs, call: { ...inputs.call, args: parseCniArgs(text) } }).attachments.map(
    ({ cniArgs }) => cniArgs,
  );
};
const pod = 'K8S_POD_NAMESPACE=shop;K8S_POD_NAME=db-0;K8S_POD_INFRA_CONTAINER_ID=c1;K8S_POD_UID=u1';

describe('K8S-31: CNI_ARGS of a delegate', () => {
  it.each([
    {
      title: 'has the pod’s keys in a fixed order',
      text: 'K8S_POD_UID=u1;K8S_POD_INFRA_CONTAINER_ID=c1;K8S_POD_NAME=db-0;IgnoreUnknown=1;K8S_POD_NAMESPACE=shop',
      after: `IgnoreUnknown=true;${pod}`,
    },
    {
      title: 'has absent keys with an empty value',
      text: 'K8S_POD_NAMESPACE=shop;K8S_POD_NAME=db-0',
      after: 'IgnoreUnknown=true;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=db-0;K8S_POD_INFRA_CONTAINER_ID=;K8S_POD_UID=',
    },
    {
      title: 'has the other keys after them, in their order',
      text: `FOO=bar=baz;${pod};A=`,
      after: `IgnoreUnknown=true;${pod};FOO=bar=baz;A=`,
    },
  ])('$title', ({ text, after }) => {
    expect(argsOf(text)).toEqual([after]);
  });

  it('is the runtime’s unchanged if there is no pod', () => {
    const { pod: _none, ...inputs } = inputsFor();
    const call = { ...inputs.call, args: parseCniArgs('IgnoreUnknown=1;FOO=bar;MAC=x') };
    expect(makePlan({ ...inputs, call }).attachments.map(({ cniArgs }) => cniArgs)).toEqual([
      'IgnoreUnknown=1;FOO=bar;MAC=x',
    ]);
  });
});

describe('CNI-77: MAC and IP in CNI_ARGS', () => {
  const base = `IgnoreUnknown=true;${pod}`;

  it.each([
    { element: { mac: '02:00:00:00:00:01' }, after: `${base};MAC=02:00:00:00:00:01` },
    { element: { ips: ['10.0.0.5/24'] }, after: `${base};IP=10.0.0.5/24` },
    { element: { mac: '02:00:00:00:00:01', ips: ['10.0.0.5'] }, after: `${base};MAC=02:00:00:00:00:01;IP=10.0.0.5` },
    { element: { ips: ['10.0.0.5', 'fd00::5'] }, after: `${base};IP=10.0.0.5,fd00::5` },
  ])('are set for $element', ({ element, after }) => {
    expect(argsOf(pod, { networks: [{ name: 'able', ...element }] })).toEqual([base, after]);
  });

  it('are passed from the runtime only to the default network', () => {
    expect(argsOf(`${pod};MAC=02:00:00:00:00:09;IP=10.0.0.9`, { networks: 'a' })).toEqual([
      `${base};MAC=02:00:00:00:00:09;IP=10.0.0.9`,
      base,
    ]);
  });

  it('occur once: the pod’s request replaces the runtime’s', () => {
    const defaultNetwork = [{ name: 'able', namespace: 'shop', mac: '02:00:00:00:00:01' }];
    expect(argsOf(`${pod};MAC=02:00:00:00:00:09;IP=10.0.0.9`, { defaultNetwork })).toEqual([
      `${base};IP=10.0.0.9;MAC=02:00:00:00:00:01`,
    ]);
  });
});
