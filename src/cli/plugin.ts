import { type Answer, answerCall, failure } from '../attach/index.ts';
import type { Env } from '../cni/index.ts';
import { asPlexusError } from '../errors/index.ts';
import { isNodeNamespace } from '../host/index.ts';
import type { Log } from '../observe/index.ts';
import { directDeps } from './direct.ts';
import { readHostFile } from './host-file.ts';
import { assertNotNested } from './nested.ts';
import { settingsFor } from './stand-in.ts';

export interface DirectCall {
  readonly env: Env;
  readonly readStdin: () => Promise<string>;
  /** Folder of the invoked binary, which contains plexus-host.json. */
  readonly programFolder: string;
}

/** Answers one invocation from its environment and stdin, in this process alone. Never rejects. */
export async function answerDirectly(
  { env, readStdin, programFolder }: DirectCall,
  signal: AbortSignal,
): Promise<Answer> {
  let log: Log | undefined;
  const answer = await answerCall(
    { env, readStdin, isHostNetns: isNodeNamespace },
    async (invocation) => {
      assertNotNested(env);
      const host = readHostFile(programFolder, env);
      const { settings, warnings, standIn } = await settingsFor(invocation.config, env, host);
      const direct = await directDeps({ settings, invocation, host, ...(standIn !== undefined && { standIn }) });
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
