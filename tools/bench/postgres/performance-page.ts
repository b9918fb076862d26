import { comparisonTable } from '../report/comparison-table.ts'
import type { Row } from '../report/row.ts'
import { spread } from '../statistics.ts'

/** Renders the page of a run: the machine, the chart, the table, how to repeat it. */
export function performancePage(
  machine: readonly string[],
  loads: readonly number[],
  rows: readonly Row[],
  chart: string,
): string {
  const facts = [...machine, `load average before each part: ${spread(loads, 2)}`]
  return `# Performance of the PostgreSQL engine

${facts.map((fact) => `- ${fact}`).join('\n')}

![Rates of the PostgreSQL engine divided by those of others, on a logarithmic axis, with the targets](${chart})

${comparisonTable(rows)}

## How it is measured

\`./dev bench postgres --peers --write\` writes this page in 25 minutes; do not edit it. \`--rows latency,idle\` measures parts, \`--trial\` only tries them with small loads. It needs an idle machine, and starts an embedded PostgreSQL, or uses the one in \`JOBS_TEST_POSTGRES\`. Between machines, compare ratios, not figures.

- Contenders have their own processes and databases on one server. Those with rates take turns in five rounds. Shown are the median and, in brackets, the lowest and highest ratio.
- Jobs per second: handlers are empty, payloads three short strings, sends 1,000 at a time. The time ends when every job is recorded as completed, and nothing is deleted.
- _Its own statements_ are those of a run of the engine, executed without it: the same values, transactions and number of connections, on an empty schema. A transaction begins when those have ended that had ended before it in the run. The replay must complete as many jobs.
- pg-boss inserts in bulk and takes full batches without a pause. graphile-worker has a local queue and completes in batches.
- Idle: sends have random pauses. A process that polls receives no notifications, as behind a transaction pooler.
- Claims: the time of the transaction, with its round trips. Rows include those of index entries, and of the statements that record outcomes.
- Turns: jobs take 10 ms in 60 slots. With groups, pg-boss runs at most half of them for one tenant.
- Transaction: each contender keeps 5,000 jobs waiting, with its own default for what it deletes.
- Statements of an idle process include \`BEGIN\` and \`COMMIT\`, but not \`SET\`, which travels with \`BEGIN\`.
`
}
