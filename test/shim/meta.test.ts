import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { daemonFrame, decodeRan, failReason } from '../support/link-codec.ts';
import { rawRun } from '../support/played-daemon.ts';
import { finish, useShimBench } from '../support/shim-bench.ts';
import { shimBuilds } from '../support/shim-call.ts';

// A Multus that was left in the plugin folder runs the programs that its configuration names, from any folder. Whoever
// can make the shim run it can run any program as root.
describe.each(Object.entries(shimBuilds))('the shim, %s', (_title, shim) => {
  const at = useShimBench(shim);
  const answerTo = async (plugin: string, stdin: string) => {
    const marker = join(at().folder, 'was-run');
    await at().plugin('bridge', `touch ${marker}; cat`);
    for (const name of ['plexus-direct', 'multus', 'multus-shim']) await symlink('bridge', join(at().bin, name));
    const call = at().start('ADD');
    const one = await at().daemon.called();
    const frame = await one.ask(daemonFrame.run, rawRun(plugin, at().runEnv('ADD'), stdin));
    finish(one);
    await call.ended;
    return { frame: frame!, wasRun: existsSync(marker) };
  };
  const evil = '"binDir":"/bin","delegates":[{"type":"sh"}]';

  it.each([
    { title: 'a meta-plugin', plugin: 'multus', stdin: `{"type":"multus",${evil}}` },
    { title: 'plexus-direct', plugin: 'plexus-direct', stdin: '{}' },
    {
      title: 'a meta-plugin as the ipam of a plugin',
      plugin: 'bridge',
      stdin: `{"type":"bridge",${evil},"ipam":{"type":"multus"}}`,
    },
    {
      title: 'a meta-plugin deep in a configuration',
      plugin: 'bridge',
      stdin: '{"a":[{"b":{"delegate":{"x":"y","type" : "multus-shim"}}}]}',
    },
    { title: 'a meta-plugin under a key in another case', plugin: 'bridge', stdin: '{"ipam":{"TYPE":"multus"}}' },
    {
      title: 'a meta-plugin written with JSON escapes',
      plugin: 'bridge',
      stdin: '{"ipam":{"\\u0074yp\\u0065":"\\u006d\\u0075ltus"}}',
    },
    { title: 'a meta-plugin by its path', plugin: 'bridge', stdin: '{"ipam":{"type":"..\\/bin/multus"}}' },
    { title: 'a meta-plugin with a slash at its end', plugin: 'bridge', stdin: '{"ipam":{"type":"multus/"}}' },
    {
      title: 'a meta-plugin with several slashes at its end',
      plugin: 'bridge',
      stdin: '{"ipam":{"type":"multus\\/\\/"}}',
    },
    { title: 'a meta-plugin before "/."', plugin: 'bridge', stdin: '{"ipam":{"type":"multus/."}}' },
    { title: 'a meta-plugin before "/x/.."', plugin: 'bridge', stdin: '{"ipam":{"type":"multus/x/.."}}' },
    {
      title: 'a meta-plugin after a long path',
      plugin: 'bridge',
      stdin: `{"ipam":{"type":"${'a/'.repeat(300)}multus/"}}`,
    },
    {
      title: 'a meta-plugin in a repeated type',
      plugin: 'bridge',
      stdin: '{"ipam":{"type":"host-local","type":"plexus-cni"}}',
    },
    { title: 'a plugin whose ipam is a path', plugin: 'bridge', stdin: '{"type":"bridge","ipam":{"type":"../x"}}' },
    {
      title: 'a plugin whose ipam has a slash at its end',
      plugin: 'bridge',
      stdin: '{"ipam":{"x":[{}],"type":"x\\/"}}',
    },
    {
      title: 'a plugin whose delegate has an ipam that is a path',
      plugin: 'bridge',
      stdin: '{"Delegate":{"type":"bridge","ipam" :{"a":{"b":[1]},"type":"/bin/sh"}}}',
    },
    {
      title: 'a plugin of whose delegates the last is a path',
      plugin: 'bridge',
      stdin: '{"delegates":[{"type":"x","x":{"y":[]}},[{}],{"type":"\\u002fbin\\u002fsh"}]}',
    },
    {
      title: 'a plugin with a path in delegates, escaped as Go accepts it',
      plugin: 'bridge',
      stdin: '{"delegate\\u017f":[{"type":"/x"}]}',
    },
    {
      title: 'a plugin with a path in delegates, as Go reads it',
      plugin: 'bridge',
      stdin: '{"delegateſ":[{"type":"/x"}]}',
    },
    {
      title: 'a plugin with a path too deep in its configuration',
      plugin: 'bridge',
      stdin: `${'['.repeat(10_001)}{"type":"/x"}${']'.repeat(10_001)}`,
    },
  ])('does not run $title', async ({ plugin, stdin }) => {
    const { frame, wasRun } = await answerTo(plugin, stdin);
    expect(frame.type).not.toBe(daemonFrame.run);
    expect(wasRun).toBe(false);
    expect(frame.body[0]).toBe(failReason.forbidden);
  });

  it('runs a plugin if only other values than types are names of meta-plugins or paths', async () => {
    const stdin =
      '{"type":"bridge","name":"plexus","bridge":"multus","args":["type","multus"],"ipam":{"type":"my-multus","kind":"multus"},"x":"\\"type\\":\\"multus\\"","policy":{"type":"a/b"},"list":[{"ipam":{"a":{"type":"a/b"}},"type":"a/b"}],"delegated":{"type":"a/b"}}';
    const { frame, wasRun } = await answerTo('bridge', stdin);
    expect(decodeRan(frame).stdout).toBe(stdin);
    expect(wasRun).toBe(true);
  });
});
