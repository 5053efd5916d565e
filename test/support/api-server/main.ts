import { parseArgs } from 'node:util';
import { startApiServer } from './server.ts';

const help = `An API server in memory, for tests and demonstrations.

usage: node test/support/api-server/main.ts --kubeconfig PATH [--port PORT] [--no-nad-crd]

Writes a kubeconfig to PATH, prints one line of JSON when it is ready, and runs until SIGINT or SIGTERM.
`;

const { values } = parseArgs({
  options: {
    kubeconfig: { type: 'string' },
    port: { type: 'string', default: '0' },
    'no-nad-crd': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || values.kubeconfig === undefined) {
  process.stderr.write(help);
  process.exitCode = values.help ? 0 : 2;
} else {
  await run(values.kubeconfig, Number(values.port), !values['no-nad-crd']);
}

async function run(kubeconfig: string, port: number, nadCrd: boolean): Promise<void> {
  const server = await startApiServer({ port, nadCrd });
  await server.writeKubeconfig(kubeconfig);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
  process.stdout.write(`${JSON.stringify({ ready: true, url: server.url, kubeconfig, pid: process.pid })}\n`);
}
