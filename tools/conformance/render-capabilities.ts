import type { Capabilities } from '@cgk-platform/jobs-core'
import type { Feature } from '@cgk-platform/jobs-core/provider'
import { allFeatures, conformanceCases, rules } from '@cgk-platform/jobs-core/conformance'
import { inngestCapabilities } from '@cgk-platform/jobs/inngest'
import { localCapabilities, sqliteCapabilities } from '@cgk-platform/jobs/local'
import { triggerCapabilities } from '@cgk-platform/jobs/trigger'

import type { Measurement } from './measurement.ts'
import { toMarkdownTable } from './to-markdown-table.ts'

interface Column {
  readonly title: string
  readonly capabilities: Capabilities
  /** Features whose footnote takes away a part of what the library promises elsewhere. */
  readonly partly: readonly Feature[]
}

const columns: readonly Column[] = [
  { title: 'Memory', capabilities: localCapabilities, partly: [] },
  { title: 'SQLite', capabilities: sqliteCapabilities, partly: [] },
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

/** Returns the page about what each engine can do, as Markdown. */
export function renderCapabilities(measured: readonly Measurement[]): string {
  const footnotes = createFootnotes()
  const features = allFeatures.map((feature) => [
    `\`${feature}\``,
    ...columns.map((column) => cellOf(column, feature, footnotes.add)),
  ])
  const failures = measured.flatMap(({ provider, exceptions }) =>
    Object.entries(exceptions)
      .filter(([, outcome]) => outcome !== 'not supported')
      .map(([id, outcome]) => `- ${provider}, ${outcome}: ${titleOf(id)}.`),
  )
  return [
    '# What each engine can do',
    '',
    paragraph(
      'Check this page before you choose an engine or use an option that not every engine has.',
      'See also [limits](limits.md) in numbers, and [daylight saving](delays-and-cron.md#when-the-clocks-change).',
    ),
    '',
    '## Features',
    '',
    paragraph(
      'The local engine stores jobs in memory or in a SQLite file.',
      '"Partly" means that it works within the limits of the note.',
      'If a job or a send uses an option marked "no", registering or sending it throws `UnsupportedFeatureError`.',
      'The last two rows are properties and never throw.',
      "In code, use the names of the first column: `(await client.capabilities()).features['cron'].supported` is a boolean.",
    ),
    '',
    ...toMarkdownTable([['Feature', ...columns.map(({ title }) => title)], ...features]),
    '',
    ...footnotes.lines(),
    '',
    'Details: [the local engine](local-engine.md), [Inngest](inngest-limits.md), [Trigger.dev](trigger-limits.md).',
    '',
    '## Conformance suite',
    '',
    `The same ${conformanceCases.length} tests run on every engine: ${Object.values(rules)
      .map(({ name }) => name)
      .join('; ')}.`,
    '',
    'Results of the last run on each set-up. "Not supported" counts tests of features marked "no". The servers are loopback engines; two cron tests cannot run on a real server.',
    '',
    ...toMarkdownTable([
      ['Set-up', 'Passed', 'Failed', 'Not supported'],
      ...measured.map(({ provider, passed, exceptions }) => [
        provider,
        String(passed),
        ...(['failed', 'not supported'] as const).map((outcome) =>
          String(Object.values(exceptions).filter((one) => one === outcome).length),
        ),
      ]),
    ]),
    ...(failures.length > 0 ? ['', ...failures] : []),
    '',
  ].join('\n')
}

function paragraph(...sentences: readonly string[]): string {
  return sentences.join(' ')
}

function cellOf({ capabilities, partly }: Column, feature: Feature, addFootnote: (text: string) => string): string {
  const support = capabilities.features[feature]
  if (!support.supported) return `no${addFootnote(`${support.note} ${support.instead}`)}`
  const answer = partly.includes(feature) ? 'partly' : 'yes'
  return support.note === undefined ? answer : `${answer}${addFootnote(support.note)}`
}

/** Numbers footnotes in the order in which they are added. The same text has the same number. */
function createFootnotes() {
  const texts: string[] = []
  return {
    add(text: string): string {
      if (!texts.includes(text)) texts.push(text)
      return toSuperscript(texts.indexOf(text) + 1)
    },
    lines: () => texts.map((text, index) => `${index + 1}. ${text}`),
  }
}

function toSuperscript(number: number): string {
  return String(number).replaceAll(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]!)
}

function titleOf(id: string): string {
  return conformanceCases.find((one) => one.id === id)?.title ?? id
}
