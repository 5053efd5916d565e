import { appendFile, mkdir, readFile, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { type PlexusError, fileUnusable, manifestInvalid, problemOf } from '../errors/index.ts';
import { replaceAtomically } from '../files/index.ts';
import { type NadRef, type PodMetadata, type PodRef, nadKind, parseNad, readAnnotations } from '../npwg/index.ts';
import { type Cluster, subjectKey } from './cluster.ts';
import { type ManifestObject, objectsIn } from './manifest-objects.ts';

/**
 * A Cluster backed by a folder of YAML files with pods and NADs. It writes network-status to
 * `status/<namespace>.<name>.json` in that folder and appends events to `status/events.jsonl`. If an object is in no
 * readable file, an unreadable file is reported, because it might contain the object.
 */
export function manifestsCluster(folder: string): Cluster {
  return {
    getPod: async (ref) => podFrom(await find(folder, 'Pod', ref)),
    getPodState: async (ref) => {
      const metadata = podFrom(await find(folder, 'Pod', ref));
      return metadata && { metadata, hostNetwork: false, deleting: false };
    },
    listPodsOf: async (_node, keep) => (await podsIn(folder)).flatMap((pod) => keep(pod) ?? []),
    listPodStatesOf: async (_node, keep) =>
      (await podsIn(folder)).flatMap((metadata) => keep({ metadata, hostNetwork: false, deleting: false }) ?? []),
    getNad: async (ref) => {
      const object = await find(folder, nadKind, ref);
      return object === undefined
        ? undefined
        : parseNad({ ...object, metadata: { ...object.metadata, namespace: ref.namespace } });
    },
    patchNetworkStatus: async (pod, text) => {
      const found = podFrom(await find(folder, 'Pod', pod));
      if (found === undefined || (pod.uid !== undefined && found.uid !== undefined && found.uid !== pod.uid))
        return 'pod-is-gone';
      await replaceAtomically(
        join(await statusFolder(folder), `${pod.namespace}.${pod.name}.json`),
        `${text}\n`,
        0o644,
      );
      return 'written';
    },
    recordEvent: async (subject, event) => {
      await appendFile(
        join(await statusFolder(folder), 'events.jsonl'),
        `${JSON.stringify({ ...('node' in subject ? subject : { pod: subjectKey(subject) }), ...event })}\n`,
      );
    },
  };
}

async function podsIn(folder: string): Promise<readonly PodMetadata[]> {
  const objects = await Promise.all((await yamlFiles(folder)).map((file) => readObjects(file).catch(() => [])));
  return objects.flat().flatMap((object) => (object.kind === 'Pod' ? (podFrom(object) ?? []) : []));
}

/** Reads the first pod in a YAML file. Rejects with manifestInvalid, fileUnusable. */
export async function readFirstPod(file: string): Promise<PodMetadata> {
  const pod = podFrom((await readObjects(file)).find(({ kind }) => kind === 'Pod'));
  if (pod !== undefined) return pod;
  throw manifestInvalid({ file, problem: 'it holds no object of kind Pod' });
}

async function statusFolder(folder: string): Promise<string> {
  const path = join(folder, 'status');
  await mkdir(path, { recursive: true });
  return path;
}

type Ref = PodRef | NadRef;

async function find(folder: string, kind: string, { namespace, name }: Ref): Promise<ManifestObject | undefined> {
  const problems: PlexusError[] = [];
  for (const file of await yamlFiles(folder)) {
    const objects = await readObjects(file).catch((error: PlexusError) => {
      problems.push(error);
      return [];
    });
    const found = objects.find(
      (each) =>
        each.kind === kind && each.metadata.name === name && (each.metadata.namespace ?? 'default') === namespace,
    );
    if (found !== undefined) return found;
  }
  if (problems[0] !== undefined) throw problems[0];
  return undefined;
}

async function yamlFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw fileUnusable({ file: folder, action: 'list', problem: problemOf(error) }, { cause: error });
  });
  return names
    .filter((name) => ['.yaml', '.yml', '.json'].includes(extname(name)))
    .toSorted()
    .map((name) => join(folder, name));
}

async function readObjects(file: string): Promise<readonly ManifestObject[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw fileUnusable({ file, action: 'read', problem: problemOf(error) }, { cause: error });
  });
  return objectsIn(text, file);
}

function podFrom(object: ManifestObject | undefined): PodMetadata | undefined {
  if (object === undefined) return undefined;
  const { name, namespace, uid, annotations } = object.metadata;
  return {
    name,
    namespace: namespace ?? 'default',
    annotations: readAnnotations(annotations ?? {}),
    ...(uid !== undefined && { uid }),
  };
}
