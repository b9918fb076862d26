import type { Capabilities } from '@cgk-platform/jobs-core'
import { conformanceCases, rules } from '@cgk-platform/jobs-conformance'
import type { Feature } from '@cgk-platform/jobs-core/provider'
import { allFeatures } from '@cgk-platform/jobs-core/tools'
import { inngestCapabilities } from '@cgk-platform/jobs/inngest'
import { localCapabilities, sqliteCapabilities } from '@cgk-platform/jobs/local'
import { postgresCapabilities } from '@cgk-platform/jobs/postgres'
import { triggerCapabilities } from '@cgk-platform/jobs/trigger'

import type { Measurement } from './measurement.ts'
import { toMarkdownTable } from './to-markdown-table.ts'

interface Column {
  readonly title: string
  readonly capabilities: Capabilities
  /** Features whose note takes away a part of what the library promises elsewhere. */
  readonly partly: readonly Feature[]
}

const columns: readonly Column[] = [
  { title: 'Memory', capabilities: localCapabilities, partly: [] },
  { title: 'SQLite', capabilities: sqliteCapabilities, partly: [] },
  { title: 'PostgreSQL', capabilities: postgresCapabilities, partly: [] },
  {
    title: 'Inngest',
    capabilities: inngestCapabilities,
    partly: ['idempotencyKey', 'jobs survive a restart'],
  },
  {
    title: 'Trigger.dev',
    capabilities: triggerCapabilities,
    partly: ['concurrency.perTenant', 'jobs survive a restart'],
  },
]

/** The features that no call needs, so that their absence is no error. */
export const properties: readonly Feature[] = [
  'fair tenants',
  'inspect.countJobs: exact',
  'waiting: limits',
  'inspect.subscribe: push',
  'erase: deletes',
  'jobs wait for their definition',
  'unhandled: not an awaited event',
  'workflows: a delayed event ends a wait when due',
  'workflows: open runs continue with new code',
  'jobs survive a restart',
  'multiple processes',
]

/** The outcomes of a case on a set-up, by the titles of their columns. */
const outcomeTitles = {
  passed: 'Passed',
  failed: 'Failed',
  'not supported': 'Not supported',
  'not run yet': 'Not run yet',
} as const

/** Returns the page about what each engine can do, as Markdown. */
export function renderCapabilities(measured: readonly Measurement[]): string {
  const features = allFeatures.map((feature) => [`\`${feature}\``, ...columns.map((column) => cellOf(column, feature))])
  const failures = measured.flatMap((one) =>
    conformanceCases
      .filter(({ id }) => outcomeOf(one, id) === 'failed')
      .map(({ title }) => `- ${one.provider}, failed: ${title}.`),
  )
  return [
    '# What each engine can do',
    '',
    paragraph(
      'Check this page before you choose an engine or use an option that not every engine has. The notes say what differs on each engine.',
      'See also [limits](limits.md) in numbers, and [what differs](limits.md#what-differs) besides features.',
    ),
    '',
    '## Features',
    '',
    paragraph(
      'The local engine stores jobs in memory or in a SQLite file.',
      'An answer that is a link has a [note](#notes); "partly" means that it works within the limits of the note.',
      '`workflows` includes [signals](workflows.md#signals), [`since`](workflows.md#earlier-events) and',
      '[`step.restart`](workflows.md#loops-of-months), which the suite below also tests.',
    ),
    '',
    paragraph(
      'A call that needs a feature marked "no" throws `UnsupportedFeatureError`.',
      'For a definition, [the start of a worker](running.md#unsupported-features) and sends of its event throw it; a later definition throws at once.',
      `These are properties of an engine and never throw, except for [alerts](alerts.md#on-each-engine): ${inSentence(properties)}.`,
      "In code, use the names of the first column: `(await client.capabilities()).features['cron'].supported` is a boolean.",
    ),
    '',
    ...toMarkdownTable([['Feature', ...columns.map(({ title }) => title)], ...features]),
    '',
    '## Conformance suite',
    '',
    `The suite has ${conformanceCases.length} tests, the same for every engine: ${Object.values(rules)
      .map(({ name }) => name)
      .join('; ')}.`,
    '',
    paragraph(
      'These are the results of the last run on each set-up.',
      '"Not supported" counts tests of features marked "no", "not run yet" tests that are newer than the run.',
      'For Inngest and Trigger.dev, the suite runs their SDKs on loopback engines: small servers that speak the',
      "protocol of the vendor's open-source server.",
      '[It can also run on a real server](../CONTRIBUTING.md#commands), except for two cron tests.',
    ),
    '',
    ...toMarkdownTable([
      ['Set-up', ...Object.values(outcomeTitles)],
      ...measured.map((one) => [
        one.provider,
        ...Object.keys(outcomeTitles).map((outcome) =>
          String(conformanceCases.filter(({ id }) => outcomeOf(one, id) === outcome).length),
        ),
      ]),
    ]),
    ...(failures.length > 0 ? ['', ...failures] : []),
    '',
    '## Notes',
    '',
    ...allFeatures.flatMap(noteLines),
  ].join('\n')
}

function inSentence(features: readonly Feature[]): string {
  const names = features.map((feature) => `\`${feature}\``)
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

function paragraph(...sentences: readonly string[]): string {
  return sentences.join(' ')
}

function outcomeOf({ outcomes }: Measurement, id: string): keyof typeof outcomeTitles {
  return outcomes[id] ?? 'not run yet'
}

function cellOf(column: Column, feature: Feature): string {
  const { supported } = column.capabilities.features[feature]
  const yes = column.partly.includes(feature) ? 'partly' : 'yes'
  const answer = supported ? yes : 'no'
  return noteOf(column, feature) === undefined ? answer : `[${answer}](#${anchorOf(feature)})`
}

function noteOf({ capabilities }: Column, feature: Feature): string | undefined {
  const support = capabilities.features[feature]
  return support.supported ? support.note : `${support.note} ${support.instead}`
}

/** Returns a heading and the notes about a feature. Columns with the same note share a line. */
function noteLines(feature: Feature): string[] {
  const titles = new Map<string, string[]>()
  for (const column of columns) {
    const note = noteOf(column, feature)
    if (note !== undefined) titles.set(note, [...(titles.get(note) ?? []), column.title])
  }
  if (titles.size === 0) return []
  const lines = [...titles].map(([note, names]) => `- ${names.join(', ')}: ${note}`)
  return [`### \`${feature}\``, '', ...lines, '']
}

/** Returns the anchor that GitHub gives to the heading of a feature. */
function anchorOf(feature: Feature): string {
  return feature
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-')
}
