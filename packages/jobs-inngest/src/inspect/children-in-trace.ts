import { completedInTrace } from '../read/completed-in-trace.ts'
import type { TracedStep } from '../read/run-trace.ts'
import { readStepRecord } from '../wire/step-record.ts'

/** Returns the ids of the jobs that the completed steps of a workflow's run have sent, in the order of the steps. */
export function childrenInTrace(steps: readonly TracedStep[]): string[] {
  const ids = [...completedInTrace(steps).values()].flatMap(({ data }) => {
    const { kind, output } = readStepRecord(data) ?? {}
    if (kind === 'runJob') return output
    return kind === 'sendEvent' ? (output as { readonly id?: unknown } | undefined)?.id : undefined
  })
  return [...new Set(ids.filter((id) => typeof id === 'string'))]
}
