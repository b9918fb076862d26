import type { Row } from '../row.ts'

/** The document of a run: the machine, the chart, the table, how to repeat it. */
export function performancePage(machine: readonly string[], rows: readonly Row[], chart: string): string {
  const cells = rows.map(({ what, target, measured, verdict, detail }) =>
    [what, target || '–', measured || '–', verdict, detail].map((cell) => cell.replaceAll('|', '\\|')),
  )
  const header = ['Row', 'Target', 'Measured', 'Verdict', 'Detail']
  const widths = header.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]!.length)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return `# Performance of the local engine

Written by \`./dev bench local --peers --write\`; do not edit it by hand.

${machine.map((fact) => `- ${fact}`).join('\n')}

![Jobs a second of the local engine over those of others, as ratios on a logarithmic axis, with the targets](${chart})

${[line(header), rule, ...cells.map(line)].join('\n')}

## How it is measured

- Every row is a ratio of two measurements of one run, or a cost of its own. The contenders take turns, one round each, five times after a round that warms up; the table has the median of the rounds' ratios, and in brackets the least and the greatest.
- All do the same: a handler that does nothing, a payload of three short strings, sends in batches of 1,000. The time is from the first send until all jobs are completed and, where it is durable, recorded as such.
- The local engine has everything on that it has by default: the schema is checked at the send and before the handler, the payload is copied as JSON both times, every job and run has a record, retries are on. Each contender has a process of its own, with the servers beside it on the same machine.
- Durable means for all that a commit is synced to the disk before it counts: SQLite in WAL mode with \`synchronous = FULL\`, Redis with \`appendonly yes\` and \`appendfsync always\`, PostgreSQL as it comes.
- The peers have the settings that were quickest of those tried: BullMQ bulk sends and removal of what is completed; graphile-worker a local queue of 1,000 and completion in batches; pg-boss batches of 1,000 taken one right after the other by two workers; plainjob bulk sends. They complete jobs in batches or one by one as they are made.
- _Bare node:sqlite_ is no queue: it inserts a batch in one transaction, marks it as running in a second and as completed in a third, with prepared statements and the one index that a queue needs.
- _Not run_ says what was missing on the machine. Ratios hold better than the figures: compare runs by them. They are of this machine all the same: plainjob, which syncs each job by itself, gains most from a disk that syncs sooner: the ratio was 8 to 9 where that took 0.15 ms, and 3.4 to 4.6 where it took 0.1 ms.

## Where the time goes

- **fastq.promise** calls a function, in some 0.3 µs. A send alone (schema, copy as JSON, size, id) takes about 4 µs on the machine that was profiled, and an attempt with its records some 13 µs, a quarter of that for the garbage collector. Tried: copying and weighing plain payloads without bookkeeping, no promises where a schema answers at once, fewer objects for each attempt. Together they saved a fifth. A ratio of 1 is out of reach while every job is validated, recorded and may be retried.
- **Durable**: a job takes some 45 µs of processor time, half of it in SQLite: a third for statements, a sixth for commits. Tried: every run written as waiting and taken by a statement of its own (61 to 67 µs); runs that have a place written as begun at once, the others taken by one statement for each tenant, forgotten jobs deleted together (45 to 50 µs). Pages of 8 KiB, a longer log, a larger cache and no sync at all made no difference beyond the noise. Bare \`node:sqlite\` has no validation, no second table, no turns and no records to return. Before the file comes the engine itself: in memory it does some 75,000 jobs a second on the machine of these profiles, and what is asked against bare SQLite, graphile-worker and pg-boss lies above that.
- **graphile-worker and pg-boss** are far quicker in their best settings than in their defaults, and PostgreSQL works on a processor of its own beside them. They need that server; the local engine needs nothing.
- **BullMQ**: as for fastq.promise. The engine keeps everything in one process, and so on one processor; Redis has the other.
- **Growth**: the collector takes a quarter of the time with ten thousand jobs queued and with a million. What grows is the store's share, since its maps of a million outgrow the processor's caches. Of those, one of ended jobs and a look for what waits for a job where nothing does are gone: on one machine a million jobs ran at 0.73× before and at 0.84× to 0.92× since. A young generation of 64 MiB made no difference, nor did many small maps in place of the large one that are chosen by the id's last letters.
- **Types**: a schema's whole interface was compared for every event; now its types alone are read, which halved what the compiler instantiates (85,000 to 40,000 for this program). An interface of its own for \`eventType\` made no difference. What is left is the call of \`defineEvents\` with a thousand members, and a generic call for each definition.

## How to repeat it

\`\`\`sh
./dev bench local            # the rows that need nothing else
./dev bench local --peers    # the other queues too, in some six minutes
./dev bench local --peers --write    # and writes this page and its chart
\`\`\`

The peers are dependencies of a private package, \`tools/bench-peers\`. Their servers are started by the bench on sockets in a temporary folder, where they are installed: Redis as \`redis-server\`, PostgreSQL below \`/usr/lib/postgresql\`, on Debian \`apt-get install redis-server postgresql\`. \`TMPDIR\` chooses another disk. Let the machine do nothing else meanwhile.
`
}
