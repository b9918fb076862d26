import type { Row } from '../../report/row.ts'
import { telemetryHeader } from '../rows/telemetry-rows.ts'
import { table } from '../../report/table.ts'

/** The heading of the section. */
export const telemetryHeading = '## Cost of traces'

/** Renders the section of the page on traces. @param facts - about its machine, if it is not the page's */
export function telemetrySection(rows: readonly Row[], facts: readonly string[] = []): string {
  const cells = rows.flatMap((row) => (row.section === 'telemetry' && row.cells ? [row.cells] : []))
  return `${telemetryHeading}

Microseconds of CPU time per job that [\`openTelemetry()\`](observability.md#traces) adds, with two spans per job, a batch processor and an exporter in memory. _By hand_ has the same spans without this library: it is the part of the SDK.${facts.length === 0 ? '' : ` Measured in a run of its own: ${facts.join('; ')}.`}

${table(telemetryHeader, cells)}
`
}
