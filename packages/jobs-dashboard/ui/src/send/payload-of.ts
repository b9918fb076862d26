import type { JobJson } from '../../../src/api-types.ts'

/** Returns the payload of a job without its tenant, which has a field of its own; `undefined` if it is not available. */
export function payloadOf({ payload }: JobJson): Readonly<Record<string, unknown>> | undefined {
  if (payload?.kind !== 'json' || typeof payload.json !== 'object' || payload.json === null) return undefined
  const { tenantId: _, ...fields } = payload.json as Readonly<Record<string, unknown>>
  return fields
}
