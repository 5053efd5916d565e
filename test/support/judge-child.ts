import { parentPort, workerData } from 'node:worker_threads';
import { type Finding, judgeNad, judgePod, podContext, podSettings } from '../../src/validate/index.ts';

/** Objects to judge: networks first, then pods that may use them. */
export interface Judged {
  readonly nads: readonly unknown[];
  readonly pods: readonly unknown[];
}

// Run as a thread whose memory is limited: judges the objects and posts all findings.
const { nads, pods } = workerData as Judged;
const networks = nads.map(judgeNad);
const context = podContext(networks, { settings: podSettings(), isWhole: true });
const findings: readonly Finding[] = [
  ...networks.flatMap((each) => each.findings),
  ...pods.flatMap((pod) => judgePod(pod, context)),
];
parentPort?.postMessage(findings);
