import { type Answer, answerCall, failure } from '../attach/index.ts';
import type { Env } from '../cni/index.ts';
import { asPlexusError } from '../errors/index.ts';
import { isNodeNamespace } from '../host/index.ts';
import type { Log } from '../observe/index.ts';
import { directDeps } from './direct.ts';
import { settingsFor } from './stand-in.ts';

/** Answers one call of the plugin from its environment and stdin, in this process alone. Never rejects. */
export async function answerDirectly(env: Env, readStdin: () => Promise<string>, signal: AbortSignal): Promise<Answer> {
  let log: Log | undefined;
  const answer = await answerCall(
    { env, readStdin, isHostNetns: isNodeNamespace },
    async (invocation) => {
      const { settings, warnings, standIn } = await settingsFor(invocation.config, env);
      const direct = await directDeps(settings, invocation.env, standIn);
      log = direct.log;
      return { deps: direct.deps, warnings };
    },
    signal,
  );
  try {
    await log?.flush();
    return answer;
  } catch (thrown) {
    return failure(asPlexusError(thrown), env);
  }
}
