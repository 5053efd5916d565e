import type { CommandModule } from 'yargs';
import { cniVersions } from '../../cni/index.ts';
import { versionText } from '../version-text.ts';

export const versionCommand: CommandModule = {
  command: 'version',
  describe: 'Show the version of Plexus and of the specifications it follows',
  handler: () => {
    process.stdout.write(
      `plexus ${versionText()}\nCNI specification ${cniVersions.join(', ')}\nNPWG multi-network specification 1.3\n${engineName()}\n`,
    );
  },
};

const engineName = (): string =>
  process.versions['bun'] === undefined ? `Node.js ${process.versions.node}` : `Bun ${process.versions['bun']}`;
