import type { Queryable } from '../../database/database.ts'

/** Returns up to when jobs that have ended may have been deleted. */
export async function readDeletedUntil(queryable: Queryable): Promise<number> {
  const [row] = await queryable.query<{ at: number }>('SELECT deleted_until AS at FROM {schema}.upkeep')
  return row?.at ?? 0
}
