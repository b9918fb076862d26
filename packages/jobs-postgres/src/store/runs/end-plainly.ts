import type { Outcome } from '@cgk-platform/jobs-core/provider'
import { toText } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import { type EndedAttempt, tableOf } from './ended-attempts.ts'

type End = Extract<Outcome, { readonly type: 'completed' | 'failed' }>

/** Returns whether an outcome changes nothing but its run. */
function isPlain({ run, outcome: { type }, releasesSlot }: EndedAttempt): boolean {
  const isEnd = type === 'completed' || type === 'failed'
  return isEnd && releasesSlot && !run.workflow && !run.compensating && run.probationEndsAt === undefined
}

/**
 * Records outcomes in one statement, as most of them allow. Returns those that remain to be recorded in a transaction: all
 * of them if one changes more than its run, else those whose run has changed since the attempt began.
 */
export async function endPlainly(
  queryable: Queryable,
  ended: readonly EndedAttempt[],
): Promise<readonly EndedAttempt[]> {
  if (!ended.every(isPlain)) return ended
  const { values } = tableOf(ended as readonly EndedAttempt<End>[], endColumns)
  const definitions = [...new Set(ended.map(({ run }) => run.definitionId))]
  const sql = 'SELECT {schema}.end_runs($1, $2, $3, $4, $5, $6, $7, $8, $9) AS places'
  try {
    const [row] = await queryable.query<{ places: readonly number[] | null }>(sql, [definitions, ...values])
    const places = new Set(row!.places?.map(Number))
    return ended.filter((_, index) => !places.has(index + 1))
  } catch {
    return ended // a workflow waits for one of the jobs, or the transaction meets the same problem
  }
}

/** The columns of an end. */
export const endColumns = [
  { name: 'state', type: 'text', of: ({ outcome }: EndedAttempt): string => outcome.type },
  {
    name: 'output',
    type: 'text',
    of: ({ outcome }: EndedAttempt): string | null => ('output' in outcome ? toText(outcome.output) : null),
  },
  {
    name: 'error',
    type: 'text',
    of: ({ outcome }: EndedAttempt): string | null => ('error' in outcome ? toText(outcome.error) : null),
  },
] as const
