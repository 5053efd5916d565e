import { describe, expect, it } from 'vitest';
import { assertMayUse } from '../../src/attach/steps/permission.ts';
import type { PodAccount } from '../../src/cluster/index.ts';
import { parseNad } from '../../src/npwg/index.ts';
import { inputsFor } from '../plan/planned.ts';
import { patience } from '../support/patience.ts';

// A static pod needs no permission. The name of a pod that was deleted is free, so its owner may create a pod that
// pretends to be the mirror of it, while the node still attaches the deleted one.

const nad = parseNad({
  metadata: { namespace: 'shop', name: 'guarded', annotations: { 'plexus-cni.io/require-use': 'true' } },
  spec: { config: '{}' },
});
/** Checks a pod with that UID, whose name belongs to that object of the API, and whose account may use nothing. */
async function check(
  uid: string | undefined,
  account: PodAccount,
  staticPodUse: 'allow' | 'refuse' = 'allow',
): Promise<string> {
  const { pod, ...inputs } = inputsFor({ networks: 'guarded' });
  const { uid: _ofTest, ...named } = pod ?? { namespace: '', name: '', annotations: {} };
  const permissions = {
    podAccount: async () => account,
    mayUse: async () => ({ allowed: false, reason: '' }),
  };
  const settings = { ...inputs.settings, staticPodUse };
  const asked = { ...inputs, settings, nads: new Map([['shop/guarded', nad]]), pod: { ...named, ...(uid && { uid }) } };
  try {
    await assertMayUse(asked, { cluster: { permissions } }, patience());
    return 'allowed';
  } catch (thrown) {
    return (thrown as { readonly id: string }).id;
  }
}

describe('a pod that requests a network without permission', () => {
  const hash = 'b1946ac92492d2347c6235b4d2611184';
  const uuid = '6b6ec7a5-2f0c-4b3a-9d52-1f0e5a1c9f10';
  const other = '0f8fad5b-d9cb-469f-a165-70867728950e';
  const serviceAccount = 'default';
  it.each([
    ['is allowed if it is static', hash, { uid: other, serviceAccount, mirrorOf: hash }, 'allowed'],
    ['is refused if another pod has its name', uuid, { uid: other, serviceAccount }, 'PLX-USE-UNKNOWN'],
    [
      'is refused if a pod pretends to be the mirror of it: only the API server gives such a UID',
      uuid,
      { uid: other, serviceAccount, mirrorOf: uuid },
      'PLX-USE-UNKNOWN',
    ],
    [
      'is refused if it states itself that it is a mirror, which kubelet never runs',
      uuid,
      { uid: uuid, serviceAccount, mirrorOf: 'any' },
      'PLX-USE-REFUSED',
    ],
  ])('%s', async (_title, uid, account, outcome) => {
    expect(await check(uid, account)).toBe(outcome);
  });
  it('is refused although it is static, where static pods may not use such networks', async () => {
    const account = { uid: other, serviceAccount, mirrorOf: hash };
    expect(await check(hash, account, 'refuse')).toBe('PLX-USE-STATIC-POD');
  });
});
