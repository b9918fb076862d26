import type { Capabilities } from '@cgk-platform/jobs-core'
import { useState } from 'preact/hooks'

import { CodeText } from '../parts/code-text.tsx'
import { formatBytes, formatNumber } from '../parts/format-count.ts'
import { Icon } from '../parts/icon.tsx'
import { formatDuration } from '../time/format-duration.ts'

/** The features and limits of the engine. */
export function CapabilitiesTable({ capabilities }: { capabilities: Capabilities }) {
  const [view, setView] = useState<'all' | 'unsupported'>('all')
  const features = Object.entries(capabilities.features).filter(([, { supported }]) => view === 'all' || !supported)
  return (
    <section class="card">
      <header>
        <h2>Capabilities</h2>
        <span class="spacer" />
        <div class="segments" role="group" aria-label="Features">
          {(['all', 'unsupported'] as const).map((each) => (
            <button key={each} type="button" aria-pressed={view === each} onClick={() => setView(each)}>
              {each === 'all' ? 'All' : 'Not supported'}
            </button>
          ))}
        </div>
      </header>
      <dl class="facts limits">
        {limitsOf(capabilities).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <table class="table capabilities">
        <thead>
          <tr>
            <th scope="col">Feature</th>
            <th scope="col">Supported</th>
            <th scope="col">Note</th>
          </tr>
        </thead>
        <tbody>
          {features.map(([name, support]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <span class="state" data-tone={support.supported ? 'green' : 'gray'}>
                  <Icon name={support.supported ? 'check' : 'slash'} />
                  {support.supported ? 'Yes' : 'No'}
                </span>
              </td>
              <td class="wrap muted">
                <CodeText text={[support.note, !support.supported && support.instead].filter(Boolean).join(' ')} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function limitsOf(capabilities: Capabilities): [string, string][] {
  const { maxAttemptsLimit, minRetryDelayMs, maxRetryDelayMs, maxPayloadBytes, maxOutputBytes, maxSteps, maxDelayMs } =
    capabilities
  return [
    ['Attempts', `at most ${formatNumber(maxAttemptsLimit)}`],
    [
      'Retry delay',
      maxRetryDelayMs === undefined
        ? `at least ${formatDuration(minRetryDelayMs)}`
        : `${formatDuration(minRetryDelayMs)} to ${formatDuration(maxRetryDelayMs)}`,
    ],
    ['Delay of a send', `at most ${formatDuration(maxDelayMs)}`],
    ['Payload', `at most ${formatBytes(maxPayloadBytes)}`],
    ['Output', maxOutputBytes === undefined ? 'no limit' : `at most ${formatBytes(maxOutputBytes)}`],
    ['Steps', maxSteps === undefined ? 'no limit' : `at most ${formatNumber(maxSteps)}`],
    ['When the clocks change', capabilities.daylightSaving],
  ]
}
