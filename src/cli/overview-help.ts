import wrapAnsi from 'wrap-ansi';
import { type CommandEntry, type CommandGroup, commandTable } from './command-table.ts';

const headings: Readonly<Partial<Record<CommandGroup, string>>> = {
  look: 'Look at a cluster or a node',
  check: 'Check and understand',
  repair: 'Change and repair',
  install: 'Install',
};

/** The help of plexus without a command: the commands that people run, by purpose. */
export function overviewHelp(program: string, width: number): string {
  const groups = Object.entries(headings).map(([group, heading]) => {
    const rows = commandTable.filter((each) => each.group === group).map((each) => rowOf(each, width));
    return [`${heading}:`, ...rows].join('\n');
  });
  const end = [
    `${program} COMMAND --help describes the options of a command, with examples.`,
    'Exit status: 0 success, 1 the command failed, 2 wrong usage, unless the help of the command states otherwise.',
  ];
  return [
    'Plexus attaches Kubernetes pods to several networks.',
    `Usage: ${program} COMMAND [OPTIONS]`,
    ...groups,
    end.map((line) => wrapAnsi(line, width)).join('\n'),
  ].join('\n\n');
}

const nameWidth = Math.max(...commandTable.map(({ name }) => name.length));

function rowOf({ name, describe }: CommandEntry, width: number): string {
  const margin = nameWidth + 4;
  const lines = wrapAnsi(describe, Math.max(20, width - margin)).split('\n');
  return lines.map((line, index) => `${(index === 0 ? `  ${name}` : '').padEnd(margin)}${line}`).join('\n');
}
