import type { ComponentChildren, JSX } from 'preact';
import type { ProblemSeverity } from '../../view/index.ts';
import type { PageProblem } from '../page-state.ts';
import { linkToObject } from './route.ts';

/** The sign and the word of a severity: colour alone would not do. */
export const SeverityMark = ({ severity }: { readonly severity: ProblemSeverity }): JSX.Element => (
  <span class={`mark ${severity}`}>
    <span aria-hidden="true">{severity === 'error' ? '▲' : '△'}</span> {severity}
  </span>
);

/** A state in a word, with a sign if it needs attention. */
export const StateMark = (of: {
  readonly state: string;
  readonly severity: ProblemSeverity | undefined;
}): JSX.Element => (
  <span class={`state ${of.severity ?? 'fine'}`}>
    <span aria-hidden="true">{of.severity === 'error' ? '▲' : of.severity === 'warning' ? '△' : '●'}</span> {of.state}
  </span>
);

export const PodLink = ({ of }: { readonly of: string }): JSX.Element => <a href={linkToObject('pods', of)}>{of}</a>;

export const NetworkLink = ({ of }: { readonly of: string }): JSX.Element => (
  <a href={linkToObject('networks', of)}>{of}</a>
);

/** A moment as people say it, with the exact time as a tooltip: "4 min ago". */
export function Ago({ at, now }: { readonly at: string; readonly now: number }): JSX.Element {
  return (
    <time dateTime={at} title={at}>
      {ago(now - Date.parse(at))}
    </time>
  );
}

function ago(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (!Number.isFinite(minutes)) return 'unknown';
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}

/** "4 failures since 12 min ago", as far as it is known. */
function Since({ of, now }: { readonly of: Pick<PageProblem, 'since' | 'times'>; readonly now: number }) {
  if (of.since === undefined && of.times === undefined) return null;
  return (
    <p class="second">
      {of.times === undefined ? 'Known' : of.times === 1 ? '1 failure' : `${of.times} failures`}
      {of.since !== undefined && (
        <>
          , first <Ago at={of.since} now={now} />
        </>
      )}
    </p>
  );
}

/** A problem in full: what, since when, what to do, and where it is explained. */
export function ProblemText({ of, now }: { readonly of: PageProblem; readonly now: number }): JSX.Element {
  return (
    <div class={`problem ${of.severity}`}>
      <p>
        <SeverityMark severity={of.severity} /> {of.text}
      </p>
      <Since of={of} now={now} />
      <p>
        <strong>Fix: </strong>
        {of.fix}
      </p>
      {of.id !== undefined && (
        <p class="second">
          {of.id}; <code>plexus explain {of.id}</code> describes it.
        </p>
      )}
    </div>
  );
}

export const Empty = ({ children }: { readonly children: ComponentChildren }): JSX.Element => (
  <p class="empty">{children}</p>
);

/** Quantity and noun: "1 pod", "3 pods". */
export const count = (number: number, noun: string): string => `${number} ${number === 1 ? noun : `${noun}s`}`;

/** The problems of one object, under a heading; nothing if there are none. */
export const ProblemSection = (of: { readonly problems: readonly PageProblem[]; readonly now: number }) =>
  of.problems.length > 0 && (
    <section aria-label="Problems">
      <h3>{count(of.problems.length, 'problem')}</h3>
      {of.problems.map((each) => (
        <ProblemText key={each.text} of={each} now={of.now} />
      ))}
    </section>
  );

/** The head of a small table. */
export const TableHead = ({ titles }: { readonly titles: readonly string[] }): JSX.Element => (
  <thead>
    <tr>
      {titles.map((title) => (
        <th key={title} scope="col">
          {title}
        </th>
      ))}
    </tr>
  </thead>
);
