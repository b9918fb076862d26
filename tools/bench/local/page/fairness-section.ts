import { fairnessHeader } from '../rows/fairness-rows.ts'
import type { Row } from '../../report/row.ts'
import { table } from '../../report/table.ts'

/** The heading of the section. */
export const fairnessHeading = '## Turns of tenants'

/** Renders the section of the page on the turns of tenants. @param facts - about its machine, if it is not the page's */
export function fairnessSection(rows: readonly Row[], chart: string, facts: readonly string[] = []): string {
  const cells = rows.flatMap((row) => (row.section === 'fairness' && row.cells ? [row.cells] : []))
  const shares = rows.filter(({ comparison }) => comparison.startsWith('share'))
  return `${fairnessHeading}

One tenant sends 100,000 jobs, and 100 others send one each: as soon as those are accepted, at the same time as the last of them, or six seconds later, when all of them wait. Or it sends 50,000, and all jobs have one \`runAt\`. A round is as many starts of the first tenant as there are slots, here 60; each job takes 10 ms. The table has the rounds until the median and the last of the others start.${facts.length === 0 ? '' : ` Measured in a run of its own: ${facts.join('; ')}.`}

![Rounds until the last of a hundred tenants started, by engine](${chart})

${table(fairnessHeader, cells)}

${shares.map(({ comparison, measured, target, verdict }) => `- ${comparison}: ${measured} (target ${target}, ${verdict})`).join('\n')}

In BullMQ, groups are part of its paid edition. With a queue each, graphile-worker runs one job of a tenant at a time; with groups, pg-boss runs at most 30 of a tenant's jobs at once here.
`
}
