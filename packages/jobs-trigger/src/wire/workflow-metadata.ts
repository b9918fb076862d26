import type { WorkflowRecord } from '@cgk-platform/jobs-core/provider'

/** The key of a run's metadata under which the host keeps the records of a workflow's steps. */
export const workflowKey = 'workflow'

/** The records of steps with the number of the request that they are kept by: one that comes late may come after another. */
export type NumberedRecord = WorkflowRecord & { saves?: number }

/** The records of steps in a run's metadata, as JSON or as its text, where a host wrote them. */
export function readWorkflowRecord(
  metadata: Readonly<Record<string, unknown>> | undefined,
): NumberedRecord | undefined {
  const kept = metadata?.[workflowKey]
  const record = typeof kept === 'string' ? parsed(kept) : kept
  return isWorkflowRecord(record) ? structuredClone(record) : undefined
}

function isWorkflowRecord(value: unknown): value is NumberedRecord {
  const { origin, steps, ended } = (value ?? {}) as Partial<WorkflowRecord>
  return typeof origin === 'string' && Array.isArray(steps) && Number.isInteger(ended)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
