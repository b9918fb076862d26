import type { AttemptInfo, JobHooks } from '../runs/hooks.ts'
import { record } from './journal.ts'

/** A marker in a tenant id. It makes every hook throw or reject. */
export const throwingHooksMarker = 'hooks-throw'

/** Returns hooks that record each call in the journal. */
export function conformanceHooks(): JobHooks {
  return {
    onSend({ event, tenantId, jobId = '', deduplicated, error }) {
      const seen = { hook: 'onSend', event, deduplicated, error: error?.name }
      record({ kind: 'hook', definition: '', jobId, runId: '', attempt: 0, maxAttempts: 0, tenantId, seen })
      throwFor(tenantId)
    },
    onAttemptStart: (info) => note('onAttemptStart', info, {}),
    onAttemptEnd: ({ outcome, durationMs, ...info }) =>
      note('onAttemptEnd', info, { outcome: outcome.type, durationMs }),
    // Asynchronous, so that a rejecting hook is covered too.
    onRunEnd: async ({ outcome, ...info }) => note('onRunEnd', info, { outcome: outcome.type }),
  }
}

function note(hook: keyof JobHooks, info: AttemptInfo, more: Readonly<Record<string, unknown>>): void {
  const { definitionId: definition, event, jobId, runId, attempt, maxAttempts, tenantId } = info
  record({ kind: 'hook', definition, jobId, runId, attempt, maxAttempts, tenantId, seen: { hook, event, ...more } })
  throwFor(tenantId)
}

function throwFor(tenantId: string): void {
  if (tenantId.includes(throwingHooksMarker)) throw new Error('a hook threw on purpose')
}
