import { execFile, spawnSync } from 'node:child_process';
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

const run = promisify(execFile);
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

interface Rule {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}
const { spec } = parse(await readFile(join(import.meta.dirname, '../../deploy/monitoring/rules.yaml'), 'utf8')) as {
  spec: { groups: { rules: Rule[] }[] };
};
const rules = spec.groups.flatMap((group) => group.rules);

/** A series in the notation of promtool, one sample a minute: "0+6x90" grows by 6 each time. */
type Series = Readonly<Record<string, string>>;
interface Case {
  readonly alert: string;
  readonly fires: Series;
  readonly isQuiet: Series;
  /** Labels of the alert besides the severity. */
  readonly labels: Readonly<Record<string, string>>;
  readonly value?: string;
}
const node = 'instance="node-a"';
const on = { instance: 'node-a' };
const adds = (outcome: string): string =>
  `plexus_cni_requests_total{${node},command="ADD",outcome="${outcome}",code="7"}`;
const dels = `plexus_cni_requests_total{${node},command="DEL",outcome="PLX-PLUGIN-FAILED",code="7"}`;
const gauge = (alert: string, name: string, fires: number, isQuiet = 0): Case => ({
  alert,
  fires: { [`${name}{${node}}`]: `${fires}x90` },
  isQuiet: { [`${name}{${node}}`]: `${isQuiet}x90` },
  labels: on,
  value: String(fires),
});
/** All of a histogram's observations lie between two limits; quiet: below the first. */
const slow = (alert: string, name: string, labels: string, limits: readonly [string, string]): Omit<Case, 'labels'> => {
  const series = (le: string): string => `${name}_bucket{${node},${labels},le="${le}"}`;
  const [below, above] = limits;
  return {
    alert,
    fires: { [series(below)]: '0x90', [series(above)]: '0+9x90', [series('+Inf')]: '0+9x90' },
    isQuiet: { [series(below)]: '0+9x90', [series(above)]: '0+9x90', [series('+Inf')]: '0+9x90' },
  };
};

const cases: readonly Case[] = [
  {
    alert: 'PlexusAttachFails',
    fires: { [adds('PLX-PLUGIN-FAILED')]: '0+6x90' },
    isQuiet: { [adds('PLX-PLUGIN-FAILED')]: '0+1x90', [adds('success')]: '0+60x90' },
    labels: { ...on, outcome: 'PLX-PLUGIN-FAILED' },
  },
  {
    alert: 'PlexusAttachFailureRatio',
    fires: { [adds('PLX-PLUGIN-FAILED')]: '0+1x90', [adds('success')]: '0+3x90' },
    isQuiet: { [adds('PLX-PLUGIN-FAILED')]: '0+1x90', [adds('success')]: '0+9x90' },
    labels: on,
  },
  {
    alert: 'PlexusDetachFails',
    fires: { [dels]: '0+1x90' },
    isQuiet: { [dels]: '5x90' },
    labels: { ...on, outcome: 'PLX-PLUGIN-FAILED' },
  },
  gauge('PlexusAbandoned', 'plexus_journal_abandoned', 2),
  gauge('PlexusDeferred', 'plexus_calls_deferred', 3),
  gauge('PlexusUnattached', 'plexus_pods_unattached', 4),
  gauge('PlexusLeftovers', 'plexus_journal_detaching', 1),
  { ...slow('PlexusSlow', 'plexus_cni_request_duration_seconds', 'command="ADD"', ['5', '10']), labels: on },
  {
    ...slow('PlexusPluginSlow', 'plexus_delegate_duration_seconds', 'command="ADD",plugin="macvlan"', ['10', '30']),
    labels: { ...on, plugin: 'macvlan' },
  },
  gauge('PlexusCallsPileUp', 'plexus_calls_running', 51, 50),
  gauge('PlexusStatusNotWritten', 'plexus_journal_pending_status', 1),
  gauge('PlexusWatchLost', 'plexus_watch_lost_seconds', 601, 600),
  {
    alert: 'PlexusApiRefuses',
    fires: { [`plexus_api_requests_total{${node},verb="get",resource="pods",code="403"}`]: '0+1x90' },
    isQuiet: { [`plexus_api_requests_total{${node},verb="get",resource="pods",code="200"}`]: '0+1x90' },
    labels: { ...on, verb: 'get', resource: 'pods' },
  },
  {
    alert: 'PlexusDisplaced',
    fires: { [`plexus_configuration_displaced_total{${node}}`]: '0+1x90' },
    isQuiet: { [`plexus_configuration_displaced_total{${node}}`]: '0x45 1x45' },
    labels: on,
  },
  {
    alert: 'PlexusProblems',
    fires: { [`plexus_problems_total{${node},id="PLX-RECLAIM-FAILED"}`]: '0+1x90' },
    isQuiet: { [`plexus_problems_total{${node},id="PLX-RECLAIM-FAILED"}`]: '7x90' },
    labels: { ...on, id: 'PLX-RECLAIM-FAILED' },
  },
  { ...slow('PlexusDiskSlow', 'plexus_journal_write_duration_seconds', 'operation="write"', ['1', '5']), labels: on },
  {
    alert: 'PlexusDaemonAway',
    fires: { [`up{${node},job="plexus"}`]: '1x60 0x30' },
    isQuiet: { [`up{${node},job="plexus"}`]: '1x90', [`up{${node},job="other"}`]: '0x90' },
    labels: { ...on, job: 'plexus' },
  },
  {
    alert: 'PlexusVanished',
    fires: { [`up{${node},job="plexus"}`]: '1x20', [`up{${node},job="other"}`]: '1x90' },
    isQuiet: { [`up{${node},job="plexus"}`]: '0x90' },
    labels: { job: 'plexus' },
  },
];

/** The summary as Prometheus fills it in. */
const filled = ({ annotations: { summary } }: Rule, { labels, value = '' }: Case): string =>
  summary
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, name: string) => labels[name] ?? '(no label)')
    .replaceAll('{{ $value }}', value);

function testOf(each: Case, isFiring: boolean): object {
  const rule = rules.find(({ alert }) => alert === each.alert);
  if (rule === undefined) throw new Error(`no alert ${each.alert}`);
  const expected = {
    exp_labels: { ...rule.labels, ...each.labels },
    exp_annotations: { ...rule.annotations, summary: filled(rule, each) },
  };
  return {
    name: `${each.alert} ${isFiring ? 'fires' : 'does not fire'}`,
    interval: '1m',
    input_series: Object.entries(isFiring ? each.fires : each.isQuiet).map(([series, values]) => ({ series, values })),
    alert_rule_test: [{ eval_time: '80m', alertname: each.alert, exp_alerts: isFiring ? [expected] : [] }],
  };
}

describe('the alerts', () => {
  it.skipIf(!hasPromtool)(
    'each fire when they should, with node and cause in the summary, and not otherwise',
    async () => {
      await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-alerts-'));
      const [file, tests] = [join(folder.path, 'rules.yaml'), join(folder.path, 'tests.yaml')];
      await writeFile(file, stringify(spec));
      const all = cases.flatMap((each) => [testOf(each, true), testOf(each, false)]);
      await writeFile(tests, stringify({ rule_files: [file], evaluation_interval: '5m', tests: all }));
      await run('promtool', ['check', 'rules', file]);
      expect((await run('promtool', ['test', 'rules', tests])).stdout).toContain('SUCCESS');
      // The test itself notices an alert that does not fire.
      await writeFile(file, stringify(spec).replaceAll('> 50', '> 51'));
      const one = cases.filter(({ alert }) => alert === 'PlexusCallsPileUp').map((each) => testOf(each, true));
      await writeFile(tests, stringify({ rule_files: [file], evaluation_interval: '5m', tests: one }));
      await expect(run('promtool', ['test', 'rules', tests])).rejects.toThrow('PlexusCallsPileUp');
    },
  );

  it('are all tested, and name the node unless no node is known', () => {
    expect(cases.map(({ alert }) => alert)).toEqual(rules.map(({ alert }) => alert));
    for (const each of cases) {
      const rule = rules.find(({ alert }) => alert === each.alert);
      const summary = rule === undefined ? '' : filled(rule, each);
      expect(summary, each.alert).not.toContain('(no label)');
      expect(summary, each.alert).toMatch(each.alert === 'PlexusVanished' ? /any node/ : /node-a/);
    }
  });
});
