import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Timeline, TimelineStep } from '../../view/index.ts';
import { TableHead } from './parts.tsx';

/** One operation that unfolds: its steps with bars, its errors, and on demand what plugins read and wrote. */
export function Operation({ of, isOpen }: { readonly of: Timeline; readonly isOpen: boolean }): JSX.Element {
  const { command, startedAt, ended, outcome, errors, steps, leftOut } = of;
  const isBad = outcome === 'failure';
  const words = [isBad ? `▲ ${ended}` : ended, ...new Set(errors.map(({ id }) => id))].join(', ');
  return (
    <details class="operation" open={isOpen}>
      <summary>
        <strong>{command}</strong>{' '}
        <time class="mono" dateTime={startedAt}>
          {startedAt}
        </time>{' '}
        <span class={isBad ? 'bad' : ''}>{words}</span>
      </summary>
      {steps.length > 0 && <Steps label={`Steps of ${command} ${startedAt}`} steps={steps} />}
      {leftOut !== undefined && <p class="second">{leftOut}</p>}
      {errors.map((error) => (
        <OperationError key={`${error.id} ${error.message}`} of={error} />
      ))}
      {steps.map((step, index) => step.texts.length > 0 && <Texts key={index} of={step} />)}
    </details>
  );
}

const Steps = ({ label, steps }: { readonly label: string; readonly steps: readonly TimelineStep[] }): JSX.Element => (
  <div class="wide">
    <table aria-label={label}>
      <TableHead titles={['Start', 'Time', 'When', 'Step', 'Outcome']} />
      <tbody>
        {steps.map((step, index) => (
          <tr key={index} class={step.kind === 'plugin' ? '' : 'minor'}>
            <td class="mono">{step.offsetMs} ms</td>
            <td class="mono">{step.ms} ms</td>
            <td>
              <Bar of={step} />
            </td>
            <td>{step.name}</td>
            <td class={step.failed ? 'bad' : ''}>{step.failed ? `▲ ${step.outcome}` : step.outcome}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

/** Shows Start and Time as a bar. */
const Bar = ({ of: { from, share, failed } }: { readonly of: TimelineStep }): JSX.Element => (
  <div class="bar" aria-hidden="true">
    <div
      class={failed ? 'failed' : ''}
      style={{ marginLeft: `${(from * 100).toFixed(2)}%`, width: `${(share * 100).toFixed(2)}%` }}
    />
  </div>
);

const OperationError = ({ of }: { readonly of: Timeline['errors'][number] }): JSX.Element => (
  <div class="problem error">
    <p>
      <span class="bad">▲ {of.id}</span> (code {of.code}): {of.message}
    </p>
    {of.details.map((each) => (
      <p key={each} class="second">
        {each}
      </p>
    ))}
    <p>
      <strong>fix: </strong>
      {of.fix}
    </p>
  </div>
);

/** What a plugin read and wrote. It may be long, so it is added to the page only on demand. */
function Texts({ of: { name, texts } }: { readonly of: TimelineStep }): JSX.Element {
  const [isShown, show] = useState(false);
  return (
    <details class="texts" onToggle={() => show(true)}>
      <summary>{`${texts.map(({ what }) => what).join(', ')} of ${name}`}</summary>
      {isShown &&
        texts.map(({ what, text }) => (
          <div key={what}>
            <h4>{what}</h4>
            <pre tabIndex={0}>{text}</pre>
          </div>
        ))}
    </details>
  );
}
