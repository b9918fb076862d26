import { spread } from '../../statistics.ts'
import type { Row } from '../row.ts'

/** Renders the page of a run: the machine, the chart, the table, how to repeat it. */
export function performancePage(
  machine: readonly string[],
  loads: readonly number[],
  rows: readonly Row[],
  chart: string,
): string {
  const cells = rows.map(({ comparison, target, measured, verdict, detail }) =>
    [comparison, target || '–', measured || '–', verdict, detail].map((cell) => cell.replaceAll('|', '\\|')),
  )
  const header = ['Comparison', 'Target', 'Measured', 'Verdict', 'Detail']
  const widths = header.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]!.length)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return `# Performance of the local engine

The speed of the local engine compared with other queues, and the reasons.

${[...machine, `load average before the parts: ${spread(loads, 2)} (an idle machine has near 0)`].map((fact) => `- ${fact}`).join('\n')}

![Jobs per second of the local engine divided by those of other queues, on a logarithmic axis, with the targets](${chart})

${[line(header), rule, ...cells.map(line)].join('\n')}

## How it is measured

\`./dev bench local --peers --write\` writes this page; do not edit it by hand.

- Each ratio compares two measurements of one run. The contenders take turns in five rounds after a warm-up. The table shows the median, and in brackets the lowest and highest ratio.
- All do the same work: an empty handler, a payload of three short strings, sends in batches of 1,000. The time runs from the first send until every job is completed and, if durable, recorded.
- The local engine runs with its defaults, including schema validation, records of every job and run, and retries.
- Each contender has its own process. Servers run on the same machine.
- Durable means that every commit is synced to disk: SQLite in WAL mode with \`synchronous = FULL\`, Redis with \`appendfsync always\`, PostgreSQL with its defaults.
- The peers use the fastest settings that we found: BullMQ and plainjob bulk sends; graphile-worker a local queue of 1,000 and batched completion; pg-boss batches of 1,000 and two workers.
- _Bare node:sqlite_ is not a queue. It inserts, starts and completes batches in three transactions, with one index.

Between machines, compare ratios, not figures. Even ratios depend on the disk: against plainjob, which syncs each job, the ratio was 8 to 9 with a sync of 0.15 ms, and 3.4 to 4.6 with 0.1 ms.

## Where the time goes

- **fastq.promise** only calls a function, in about 0.3 µs. A send here takes about 4 µs (schema, JSON copy, size, id) and an attempt about 13 µs, a quarter of it garbage collection. As long as it validates and records every job, the ratio cannot reach 1.
- **BullMQ**: the same. The local engine uses one processor core, BullMQ a second one for Redis.
- **Durable**: a job takes about 45 µs of processor time: a third in SQL statements, a sixth in commits. Larger pages, logs and caches made no difference, and neither did turning syncs off. In memory the engine runs about 75,000 jobs/s on that machine, which is below the targets against bare SQLite, graphile-worker and pg-boss.
- **graphile-worker and pg-boss** are much faster with these settings than with their defaults, and PostgreSQL uses a core of its own.
- **Queue length**: garbage collection takes a quarter of the time at any length. With a million jobs, the maps outgrow the processor's caches.

## How to repeat it

\`./dev bench local\` measures the rows that need nothing else. \`--peers\` adds the other queues and takes about six minutes.

The bench starts Redis and PostgreSQL if they are installed (Debian: \`apt-get install redis-server postgresql\`). \`TMPDIR\` selects another disk. Run nothing else on the machine.
`
}
