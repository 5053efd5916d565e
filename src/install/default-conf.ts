import {
  type ConfFile,
  type ConfPath,
  type JsonObject,
  type NetworkConfiguration,
  parseJsonObject,
} from '../cni/index.ts';
import { problemOf } from '../errors/index.ts';
import { findByPath } from '../plan/index.ts';
import { type DefaultNetwork, defaultNetworkOf, ownerOf } from './conflist.ts';

/** The configuration of the default network, and the problems of those that were skipped. */
export type DefaultDecision =
  | {
      readonly kind: 'found';
      readonly network: DefaultNetwork;
      readonly warnings: readonly string[];
      readonly settings?: JsonObject;
    }
  | { readonly kind: 'none'; readonly problem: string };

/**
 * Chooses the default network in the runtime's order: the first usable configuration of a folder that belongs neither
 * to Plexus nor to a meta-plugin; for a file, that file (NPWG-89, K8S-50, K8S-62). Uses the same parser as an ADD, so
 * that both reach the same result.
 */
export function decideDefault(listing: ConfPath): DefaultDecision {
  if (listing.kind === 'missing') return { kind: 'none', problem: listing.problem };
  const problems: string[] = [];
  for (const { file, alone } of foreignListings(listing)) {
    const read = attempt(file, alone);
    if ('configuration' in read)
      return { kind: 'found', network: defaultNetworkOf(file.path, read.configuration), warnings: problems };
    problems.push(`${file.path} is skipped: ${read.problem}`);
  }
  return { kind: 'none', problem: problems.join('; ') || 'no file contains a network configuration' };
}

/** Every foreign file as its own listing, so that an unusable file does not hide the next one. */
function foreignListings(
  listing: Exclude<ConfPath, { kind: 'missing' }>,
): readonly { readonly file: ConfFile; readonly alone: ConfPath }[] {
  const files = listing.kind === 'file' ? [listing.file] : listing.files;
  return files
    .filter(({ content }) => 'problem' in content || ['network', 'unreadable'].includes(ownerOf(content.text)))
    .map((file) => ({ file, alone: listing.kind === 'file' ? listing : { ...listing, files: [file] } }));
}

function attempt(
  file: ConfFile,
  alone: ConfPath,
): { readonly configuration: NetworkConfiguration } | { readonly problem: string } {
  if ('problem' in file.content) return file.content;
  try {
    parseJsonObject(file.content.text, file.path);
    return { configuration: findByPath(alone, file.path).configuration };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}
