import { spread } from '../../statistics.ts'
import { comparisonTable } from '../../report/comparison-table.ts'
import type { Row } from '../../report/row.ts'
import { loadHeader } from '../rows/load-rows.ts'
import { fairnessSection } from './fairness-section.ts'
import { inspectionSection } from './inspection-section.ts'
import { telemetrySection } from './telemetry-section.ts'
import { table } from '../../report/table.ts'
import { tried } from './tried.ts'

/** Renders the page of a run: the machine, the chart, the tables, how to repeat it. */
export function performancePage(
  machine: readonly string[],
  loads: readonly number[],
  rows: readonly Row[],
  charts: { readonly ratios: string; readonly fairness: string },
): string {
  const facts = [...machine, `load average before each part: ${spread(loads, 2)}`]
  const ofSection = (section: Row['section']): readonly Row[] => rows.filter((row) => row.section === section)
  const cellsOf = (section: Row['section']): string[][] =>
    ofSection(section).flatMap(({ cells }) => (cells ? [[...cells]] : []))
  const underLoad = joined(cellsOf('load'))
  const profiles = ofSection('profile').map(
    ({ comparison, measured, detail }) => `- ${comparison}, ${measured}: ${detail}`,
  )
  return `# Performance of the local engine

${facts.map((fact) => `- ${fact}`).join('\n')}

![Rates of the local engine divided by those of others, on a logarithmic axis, with the targets](${charts.ratios})

${comparisonTable(rows)}

## Latency under load

From send to start at 50 % and 80 % of the local engine's peak: p50/p99 in milliseconds. On SQLite, one process sends and others work. Peers get the same rates; pg-boss polls every 500 ms.

${table(loadHeader, underLoad)}

${fairnessSection(rows, charts.fairness)}
${telemetrySection(rows)}
${inspectionSection(rows)}
## Where the time goes

Microseconds per job (\`./dev bench local --profile\` also shows functions):

${profiles.join('\n')}

## What was tried and did not help

${tried.map((one) => `- ${one}`).join('\n')}

## How it is measured

\`./dev bench local --peers --write\` writes this page in ten minutes, \`--rows memory\` a part, \`./dev bench fairness --peers --write\` only the turns of tenants, and \`--rows telemetry --write\` only the cost of traces; do not edit it. It needs Redis and PostgreSQL (Debian: \`apt-get install redis-server postgresql\`) and an idle machine. \`TMPDIR\` selects the disk. Between machines, compare ratios, not figures.

- Contenders have their own processes and take turns in five rounds, compilers in fifteen. Shown are the median and, in brackets, the lowest and highest ratio.
- Handlers are empty, payloads three short strings, sends 1,000 at a time. The time ends when every job is recorded as completed.
- The _floor_ does what each job needs: schema and copy twice, ULID, record, map, async context, promise.
- _Bare node:sqlite_ inserts, starts and completes batches in three transactions. _Its own statements_ are those of a real run, executed without the engine.
- Durable means that each commit is synced: \`synchronous = FULL\`, \`appendfsync always\`, PostgreSQL's defaults.
- Peers have the fastest settings that we found, such as a local queue of 1,000 for graphile-worker.
- Fifty workflows of ten steps run at once, in openworkflow on SQLite, in DBOS on PostgreSQL.
`
}

/** Joins the rows of the same setting, cell by cell. */
function joined(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const settings = new Map<string, readonly string[]>()
  for (const [setting = '', ...cells] of rows) {
    const before = settings.get(setting)
    settings.set(setting, before ? cells.map((cell, index) => cell && `${before[index]}, ${cell}`) : cells)
  }
  return [...settings].map(([setting, cells]) => [setting, ...cells])
}
