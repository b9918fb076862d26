import type { WorkflowRecord } from '@cgk-platform/jobs-core/provider'

/** The key in a run's metadata that holds the records of a workflow's steps. */
export const workflowKey = 'workflow'

/** Step records with the number of the request that saves them. A late request may arrive after a newer one. */
export type NumberedRecord = WorkflowRecord & { saves?: number }

/**
 * Reads the step records from a run's metadata, stored as JSON or as a JSON string. Returns `undefined` if there are
 * none, or if they are not of this version.
 */
export function readWorkflowRecord(
  metadata: Readonly<Record<string, unknown>> | undefined,
): NumberedRecord | undefined {
  const stored = metadata?.[workflowKey]
  const record = typeof stored === 'string' ? parsed(stored) : stored
  return isWorkflowRecord(record) ? structuredClone(record) : undefined
}

/** Returns true if a run's metadata has step records, of any version. A run without them has executed no steps. */
export function hasStepRecords(metadata: Readonly<Record<string, unknown>> | undefined): boolean {
  return (metadata?.[workflowKey] ?? undefined) !== undefined
}

function isWorkflowRecord(value: unknown): value is NumberedRecord {
  const { v = 1, origin, steps, ended } = (value ?? {}) as Partial<WorkflowRecord & { readonly v: unknown }>
  return v === 1 && typeof origin === 'string' && Array.isArray(steps) && Number.isInteger(ended)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
