import type { Capabilities } from '@cgk-platform/jobs-core'
import { type FeatureSupport, portablePayloadBytes } from '@cgk-platform/jobs-core/provider'
import { allFeatures } from '@cgk-platform/jobs-core/conformance'

import type { Measurement, RuleMeasurement } from './measurement.ts'
import { toMarkdownTable } from './to-markdown-table.ts'

type Limit = readonly [title: string, read: (capabilities: Capabilities) => string]

const limits: readonly Limit[] = [
  ['Shortest delay between attempts', ({ minRetryDelayMs }) => milliseconds(minRetryDelayMs)],
  [
    'Longest delay between attempts',
    ({ maxRetryDelayMs }) => (maxRetryDelayMs === undefined ? 'any' : milliseconds(maxRetryDelayMs)),
  ],
  ['An attempt begins late by at most', ({ retryToleranceMs }) => milliseconds(retryToleranceMs)],
  ['Most attempts of a run', ({ maxAttemptsLimit }) => grouped(maxAttemptsLimit)],
  ['Longest delay of a send', ({ maxDelayMs }) => milliseconds(maxDelayMs)],
  ['Largest payload', ({ maxPayloadBytes }) => kibibytes(maxPayloadBytes)],
  ['Largest output', ({ maxOutputBytes }) => (maxOutputBytes === undefined ? 'any' : kibibytes(maxOutputBytes))],
  ['Most steps of a workflow', ({ maxSteps }) => (maxSteps === undefined ? 'any' : grouped(maxSteps))],
  ['Largest result of a step', ({ maxStepOutputBytes }) => kibibytes(maxStepOutputBytes ?? portablePayloadBytes)],
  [
    'A wait of a workflow ends late by at most',
    ({ waitToleranceMs }) => (waitToleranceMs === undefined ? 'not told' : milliseconds(waitToleranceMs)),
  ],
  ['A cancel reaches the handler within', ({ abortToleranceMs }) => milliseconds(abortToleranceMs)],
  ['When the clocks change', ({ daylightSaving }) => daylightSaving],
]

/** The document that tells what each engine can do. */
export function renderCapabilities(measured: readonly Measurement[]): string {
  const engines = withoutRepetition(measured)
  const namesOf = (columns: readonly Measurement[]): string[] => columns.map(({ provider }) => provider)
  return [
    '# What each engine can do',
    '',
    '`./dev conformance` writes this file from what it measures; do not edit it by hand.',
    '',
    '## Features',
    '',
    'As each provider declares them. Using a feature that an engine lacks throws `UnsupportedFeatureError`.',
    '',
    ...toMarkdownTable([
      ['Feature', ...namesOf(engines)],
      ...allFeatures.map((feature) => [
        `\`${feature}\``,
        ...engines.map(({ capabilities }) => wordsFor(capabilities.features[feature])),
      ]),
    ]),
    '',
    '## Limits',
    '',
    ...toMarkdownTable([
      ['Limit', ...namesOf(engines)],
      ...limits.map(([title, read]) => [title, ...engines.map(({ capabilities }) => read(capabilities))]),
    ]),
    '',
    // No number of the contract says it.
    'On Trigger.dev at most eleven of the delays between the attempts of a run can be 30 s or longer: [limits](limits.md#attempts).',
    '',
    '## Rules',
    '',
    'The cases of each rule, as they ended when the suite was last run on the provider, and on each set-up that was tried.',
    '',
    ...toMarkdownTable([
      ['Rule', ...namesOf(measured)],
      ...measured[0]!.rules.map(({ number, name }, index) => [
        number === 0 ? name : `${number}. ${name}`,
        ...measured.map((one) => counted(one.rules[index]!)),
      ]),
    ]),
    ...measured.flatMap(({ provider, notSupported }) => listed(provider, notSupported)),
    '',
  ].join('\n')
}

/** Without set-ups that can do what another one before can, by the same words. */
function withoutRepetition(measured: readonly Measurement[]): Measurement[] {
  const capabilities = measured.map((one) => JSON.stringify(one.capabilities))
  return measured.filter((_, index) => capabilities.indexOf(capabilities[index]!) === index)
}

function wordsFor(support: FeatureSupport): string {
  if (support.supported) return support.note === undefined ? 'yes' : `yes. ${support.note}`
  return `**no**. ${support.note} ${support.instead}`
}

function counted({ passed, failed, notSupported }: RuleMeasurement): string {
  return [
    `${passed} passed`,
    ...(failed > 0 ? [`**${failed} failed**`] : []),
    ...(notSupported > 0 ? [`${notSupported} not supported`] : []),
  ].join(', ')
}

function listed(provider: string, notSupported: Measurement['notSupported']): string[] {
  if (notSupported.length === 0) return []
  const lines = notSupported.map(({ title, reason }) => `- ${title}. ${reason}`)
  return ['', `## Not supported, or not tried, on ${provider}`, '', ...lines]
}

function milliseconds(durationMs: number): string {
  const days = durationMs / 86_400_000
  return days >= 1 && Number.isInteger(days)
    ? `${grouped(days)} ${days === 1 ? 'day' : 'days'}`
    : `${grouped(durationMs)} ms`
}

function kibibytes(bytes: number): string {
  return `${grouped(bytes / 1024)} KiB`
}

function grouped(count: number): string {
  return count.toLocaleString('en')
}
