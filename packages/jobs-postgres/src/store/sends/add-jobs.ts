import { type Envelope, type EnvelopeResult, encodeEnvelope } from '@cgk-platform/jobs-core/provider'

import type { Queryable } from '../../database/database.ts'
import { storedText } from '../stored-text.ts'

/** The result of a send that was not refused. */
type AddedJob = Extract<EnvelopeResult, { readonly ok: true }>

const adding =
  'SELECT * FROM {schema}.add_jobs($1::text[], $2::text[], $3::text[], $4::text[], $5::int8[], $6::int8[], $7::text[], ' +
  '$8::int8[], $9::text[], $10::text[], $11, $12) AS holder'

const holdersSql = `
  SELECT place::int4, job FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS g (tenant, event, key, place)
  JOIN {schema}.keys USING (tenant, event, key)`

/** A notification for the workers. */
export interface Telling {
  readonly channel: string
  readonly payload: string
}

/**
 * Adds jobs in one statement. For an idempotency key that is in use, returns the job that holds it.
 *
 * @param telling - the notification that the statement sends. Default: none
 */
export async function addJobs(
  queryable: Queryable,
  envelopes: readonly Envelope[],
  telling?: Telling,
): Promise<AddedJob[]> {
  const results = new Map<Envelope, AddedJob>()
  // A key that another job held can be free by the time that this job is looked up.
  for (let left = envelopes; left.length > 0;) {
    const holders = new Set(await add(queryable, left, telling))
    for (const envelope of left) {
      const { id, idempotencyKey } = envelope
      if (idempotencyKey === undefined || holders.has(id)) results.set(envelope, { ok: true, id, deduplicated: false })
    }
    const others = left.filter((envelope) => !results.has(envelope))
    const found = others.length === 0 ? [] : await holdersOf(queryable, others)
    for (const { place, job: id } of found) {
      const envelope = others[place - 1]!
      results.set(envelope, { ok: true, id, deduplicated: id !== envelope.id })
    }
    left = others.filter((envelope) => !results.has(envelope))
  }
  return envelopes.map((envelope) => results.get(envelope)!)
}

/** Returns the ids of jobs that hold their idempotency keys now. */
async function add(
  queryable: Queryable,
  envelopes: readonly Envelope[],
  telling: Telling | undefined,
): Promise<string[]> {
  const references = envelopes.flatMap(({ id, references: own = [] }) =>
    own.map((one) => [storedText(one), id] as const),
  )
  const rows = await queryable.query<{ holder: string }>(adding, [
    envelopes.map(({ id }) => id),
    envelopes.map(({ tenantId }) => storedText(tenantId)),
    envelopes.map(({ event }) => storedText(event)),
    envelopes.map((envelope) => encodeEnvelope(envelope)),
    envelopes.map(({ delayMs = null }) => delayMs),
    envelopes.map(({ runAt = null }) => runAt),
    envelopes.map(({ idempotencyKey }) => (idempotencyKey === undefined ? null : storedText(idempotencyKey))),
    envelopes.map(({ idempotencyTtlMs = 0 }) => idempotencyTtlMs),
    references.map(([reference]) => reference),
    references.map(([, id]) => id),
    telling?.channel ?? '',
    telling?.payload ?? '',
  ])
  return rows.map(({ holder }) => holder)
}

/** Returns the jobs that hold the idempotency keys of envelopes, each with the place of its envelope, from 1. */
export async function holdersOf(
  queryable: Queryable,
  envelopes: readonly Envelope[],
  where = '',
): Promise<readonly { readonly place: number; readonly job: string }[]> {
  return queryable.query(`${holdersSql} ${where}`, [
    envelopes.map(({ tenantId }) => storedText(tenantId)),
    envelopes.map(({ event }) => storedText(event)),
    envelopes.map(({ idempotencyKey }) => (idempotencyKey === undefined ? null : storedText(idempotencyKey))),
  ])
}
