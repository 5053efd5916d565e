import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

// One manifest with everything that an installation needs: the CRD, and the objects of deploy/base with their comments.
// It is for nodes like those of overlays/containerd, which changes nothing of the base. Components stay optional, as in
// the chart's default values.

const header = `# Everything that Plexus needs in a cluster whose nodes use containerd (kubeadm, kind and most installers): the CRD,
# permissions, configuration and the DaemonSet. Generated from crds/ and deploy/base by npm run make: change those.
#
#   kubectl apply -f plexus.yaml
#
# docs/install.md has the way for other nodes, and docs/uninstall.md how to remove it. \`kubectl delete -f\` with this file
# would delete the CRD, and with it all NetworkAttachmentDefinitions.
`;

/** The text of deploy/plexus.yaml. `texts` has the files that differ from those in the repository `root`. */
export async function singleManifest(root: string, texts: ReadonlyMap<string, string>): Promise<string> {
  const read = async (file: string): Promise<string> => texts.get(file) ?? readFile(join(root, file), 'utf8');
  const { resources } = parse(await read('deploy/base/kustomization.yaml')) as {
    readonly resources: readonly string[];
  };
  const files = ['crds/network-attachment-definition.yaml', ...resources.map((name) => `deploy/base/${name}`)];
  return [header, ...(await Promise.all(files.map(read)))].map((text) => text.trimEnd()).join('\n---\n') + '\n';
}
