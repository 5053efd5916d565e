import type { Env } from '../cni/index.ts';
import type { DefaultRouteEntry, Link, PluginExit, RouteTarget } from './host.ts';
import { shownStdout } from './shown-stdout.ts';
import { type Frame, bodyReader, bodyWriter, encodeFrame } from './wire.ts';

// The messages of the host link, as specified in docs/host-link.md. A number never changes its meaning.

/** The supported version of the host link. Majors must be equal; minors only append to messages. */
export const linkVersion: LinkVersion = { major: 1, minor: 1 };
export interface LinkVersion {
  readonly major: number;
  readonly minor: number;
}

export const shimFrame = { hello: 1, call: 2, cancel: 3, ran: 4, links: 5, routes: 6, done: 7, failed: 8 } as const;
export const daemonFrame = {
  welcome: 65,
  refused: 66,
  run: 67,
  kill: 68,
  listLinks: 69,
  getRoutes: 70,
  setRoutes: 71,
  result: 72,
} as const;
/** Whether a frame from the host belongs to this version. Frames of later minor versions are ignored. */
export const isKnown = ({ type }: Frame): boolean => Object.values<number>(shimFrame).includes(type);
/** The detail of FAILED when there is no such namespace: part of the protocol (src/shim/namespace.c). */
export const netnsMissingDetail = 'it does not exist';
/** Whether that detail (FAILED) names the content of the namespace as the reason why its links cannot be listed. */
export const isUnlistableDetail = (detail: string): boolean =>
  /^the namespace has more than |^the kernel's list kept changing |^the kernel described one entry /.test(detail);
/** Why a request failed (FAILED). */
export const failReason = {
  missing: 1,
  notRunnable: 2,
  tooLong: 3,
  deadline: 4,
  forbidden: 5,
  netns: 6,
  routes: 7,
  killed: 8,
  unknown: 9,
  system: 10,
  skipped: 11,
} as const;

export interface Hello {
  readonly version: LinkVersion;
  readonly role: 'call' | 'agent';
  /** Version of the plexus binary. */
  readonly program: string;
  /** Plugin folders: CNI_PATH of the call, or the folders that the agent was started with. */
  readonly path: readonly string[];
}
export interface Call {
  /** Whether CNI_NETNS leads to the node's own namespace; only the shim can check that. */
  readonly netnsIsHost: boolean;
  readonly env: Env;
  readonly stdin: string;
}

/** Encodes the greeting of the connecting side. */
export const encodeHello = ({ role, program, path }: Omit<Hello, 'version'>): Buffer => {
  const body = bodyWriter().u16(linkVersion.major).u16(linkVersion.minor);
  return encodeFrame(
    shimFrame.hello,
    0,
    body
      .u8(role === 'agent' ? 2 : 1)
      .text(program)
      .text(path.join(':'))
      .done(),
  );
};

export function decodeHello(frame: Frame): Hello {
  const body = bodyReader(frame.body);
  const version = { major: body.u16(), minor: body.u16() };
  const role = body.u8() === 2 ? 'agent' : 'call';
  const program = body.text();
  return { version, role, program, path: body.text().split(':').filter(Boolean) };
}

export function decodeCall(frame: Frame): Call {
  const body = bodyReader(frame.body);
  const netnsIsHost = body.u8() !== 0;
  const pairs = body.list(() => body.text(), mostVariables).map(pairOf);
  return { netnsIsHost, env: Object.fromEntries(pairs), stdin: body.text() };
}

/** Limits for one namespace; beyond them the shim answers FAILED (src/shim/links.c). */
export const mostLinks = 4096;
export const mostAddresses = 8192;
// Far more than the kernel passes to a program, or the shim reads.
const mostVariables = 10_000;
const mostRoutes = 4096;

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

export const decodeText = (frame: Frame): string => bodyReader(frame.body).text();

export const encodeWelcome = ({ major, minor }: LinkVersion, program: string): Buffer =>
  encodeFrame(daemonFrame.welcome, 0, bodyWriter().u16(major).u16(minor).text(program).done());

export function decodeWelcome(frame: Frame): { readonly version: LinkVersion; readonly program: string } {
  const body = bodyReader(frame.body);
  return { version: { major: body.u16(), minor: body.u16() }, program: body.text() };
}

export const encodeRefused = (why: string): Buffer =>
  encodeFrame(daemonFrame.refused, 0, bodyWriter().text(why).done());

export const encodeResultFrame = (exitCode: number, stdout: string): Buffer =>
  encodeFrame(daemonFrame.result, 0, bodyWriter().u8(exitCode).text(stdout).done());

export interface RunRequest {
  readonly plugin: string;
  readonly env: Env;
  readonly stdin: string;
}

/** `after`: the number of the RUN that must succeed first; 0: none. Older shims (1.0) ignore it. */
export function runBody({ plugin, env, stdin }: RunRequest, after = 0): Buffer {
  const writer = bodyWriter().text(plugin);
  writer.list(Object.entries(env), ([key, value]) => writer.text(`${key}=${value}`));
  writer.text(stdin).u32(0); // The daemon enforces deadlines itself: it sends KILL.
  return (after === 0 ? writer : writer.u32(after)).done();
}

export const netnsBody = (netns: string): Buffer => bodyWriter().text(netns).done();

const targetWriter = ({ netns, interfaceName, family }: RouteTarget) =>
  bodyWriter().text(netns).text(interfaceName).u8(family);

export const targetBody = (target: RouteTarget): Buffer => targetWriter(target).done();

export function routesBody(target: RouteTarget, routes: readonly DefaultRouteEntry[]): Buffer {
  const writer = targetWriter(target);
  writer.list(routes, ({ gateway, metric }) =>
    writer
      .text(gateway ?? '')
      .u8(metric === undefined ? 0 : 1)
      .u32(metric ?? 0),
  );
  return writer.done();
}

/** Decodes the answer to RUN. */
export function decodeRan(frame: Frame): PluginExit {
  const body = bodyReader(frame.body);
  const status = body.u32();
  const stdout = shownStdout(body.bytes());
  return { exitCode: status === 0xffffffff ? -1 : status, stdout, stderr: body.text() };
}

export function decodeLinks(frame: Frame): readonly Link[] {
  const body = bodyReader(frame.body);
  let addressesLeft = mostAddresses;
  return body.list(() => {
    const name = body.text();
    const mac = body.text();
    const [mtu, up] = [body.u32(), body.u8() !== 0];
    const addresses = body.list(() => body.text(), addressesLeft);
    addressesLeft -= addresses.length;
    return { name, ...(mac !== '' && { mac }), mtu, up, addresses };
  }, mostLinks);
}

export function decodeRoutes(frame: Frame): readonly DefaultRouteEntry[] {
  const body = bodyReader(frame.body);
  return body.list(() => {
    const gateway = body.text();
    const hasMetric = body.u8() !== 0;
    const metric = body.u32();
    return { ...(gateway !== '' && { gateway }), ...(hasMetric && { metric }) };
  }, mostRoutes);
}

export interface Failed {
  readonly reason: number;
  readonly detail: string;
}

export function decodeFailed(frame: Frame): Failed {
  const body = bodyReader(frame.body);
  return { reason: body.u8(), detail: body.text() };
}
