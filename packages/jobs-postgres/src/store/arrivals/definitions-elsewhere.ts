import { ownDefinitionIdOf, ownEventOf } from '@cgk-platform/jobs-core/scheduling'
import { fromText, type RemoteSubscriber, type WorkerDefinition } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import { storedText } from '../stored-text.ts'

/** The worker id of definitions that no live worker has. They count only if no other definition handles the event. */
export const nobody = -1

/** Definitions of other workers. */
export interface Elsewhere {
  /** Returns those for an event. */
  subscribersOf(event: string): readonly RemoteSubscriber[]
  /** Returns whether any worker has a definition, or had it within a day. */
  isKnown(definitionId: string): boolean
}

const sql = `
  SELECT DISTINCT ON (definition, worker = ${nobody}) definition, worker = ${nobody} AS retired, record
  FROM {schema}.definitions
  WHERE worker <> $1 AND event IS NOT NULL AND (event = ANY($2::text[]) OR definition = ANY($3::text[]))
  ORDER BY definition, worker = ${nobody}, worker`

/** Reads the definitions of other workers for some events. */
export async function readElsewhere(
  transaction: Queryable,
  worker: number,
  own: readonly WorkerDefinition[],
  events: Iterable<string>,
): Promise<Elsewhere> {
  const names = [...new Set(events)]
  const ids = names.flatMap((event) => ownDefinitionIdOf(event) ?? [])
  const rows = await transaction.query<{ definition: string; retired: boolean; record: string }>(sql, [
    worker,
    names.map(storedText),
    ids,
  ])
  const known = new Set(rows.map(({ definition }) => definition))
  const definitions = rows.flatMap(({ retired, record }) => {
    const definition = fromText(record) as WorkerDefinition | undefined
    return definition ? [{ retired, definition }] : []
  })
  const handles = (event: string, one: WorkerDefinition): boolean =>
    one.event !== undefined && (one.event === event || ownEventOf(one.definitionId) === event)
  return {
    subscribersOf(event) {
      const found = definitions.filter(({ definition }) => handles(event, definition))
      const present = found.filter(({ retired }) => !retired)
      const isHandled = present.length > 0 || own.some((one) => handles(event, one))
      return (isHandled ? present : found).map(
        ({ definition: { event: _, versions: __, ...subscriber } }) => subscriber,
      )
    },
    isKnown: (definitionId) => known.has(definitionId),
  }
}
