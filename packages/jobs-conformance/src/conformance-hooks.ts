import type { AttemptInfo, JobHooks } from '@cgk-platform/jobs-core'

import { record } from './journal.ts'

/** A marker in a tenant id. It makes every hook throw or reject. */
export const throwingHooksMarker = 'hooks-throw'

/** Returns hooks that record each call in the journal. */
export function conformanceHooks(): JobHooks {
  return {
    onSend({ event, tenantId, jobId = '', deduplicated, error }) {
      const details = { hook: 'onSend', event, deduplicated, error: error?.name }
      record({ kind: 'hook', definition: '', jobId, runId: '', attempt: 0, maxAttempts: 0, tenantId, details })
      throwFor(tenantId)
    },
    onAttemptStart: (info) => recordHook('onAttemptStart', info, {}),
    onAttemptEnd: ({ outcome, durationMs, ...info }) =>
      recordHook('onAttemptEnd', info, { outcome: outcome.type, durationMs }),
    // Asynchronous, so that a rejecting hook is also covered.
    onRunEnd: async ({ outcome, ...info }) => recordHook('onRunEnd', info, { outcome: outcome.type }),
  }
}

function recordHook(hook: keyof JobHooks, info: AttemptInfo, more: Readonly<Record<string, unknown>>): void {
  const { definitionId: definition, event, jobId, runId, attempt, maxAttempts, tenantId, traceparent } = info
  record({
    kind: 'hook',
    definition,
    jobId,
    runId,
    attempt,
    maxAttempts,
    tenantId,
    details: { hook, event, traceparent, ...more },
  })
  throwFor(tenantId)
}

function throwFor(tenantId: string): void {
  if (tenantId.includes(throwingHooksMarker)) throw new Error('a hook threw on purpose')
}
