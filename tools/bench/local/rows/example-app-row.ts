import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { plannedCronJobs, plannedEvents, plannedJobs } from '../example-app/commerce-plan.ts'
import { writeExampleApps } from '../example-app/write-example-apps.ts'
import type { Row } from '../../report/row.ts'
import { compareTypeChecks } from './compare-type-checks.ts'

const maxRatio = 1.3

/** Compares the compile time of an example app with that of the same app on Trigger.dev's SDK alone. */
export async function exampleAppRow(): Promise<Row> {
  const folder = mkdtempSync(join(import.meta.dirname, '../../.type-check-')) // inside this package, so that TypeScript finds the packages
  try {
    const { ours, raw } = writeExampleApps(folder)
    return {
      comparison: `types of an app: ${plannedEvents.length} events, ${plannedJobs.length + plannedCronJobs.length} definitions`,
      target: `≤ ${maxRatio}× the same app on Trigger.dev’s SDK`,
      ...compareTypeChecks(ours, raw, maxRatio),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
