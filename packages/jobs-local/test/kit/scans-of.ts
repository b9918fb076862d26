import type { DatabaseSync } from 'node:sqlite'

/** Returns the statements that read whole tables or indexes of jobs, runs or lanes. */
export function scansOf(database: DatabaseSync, statements: Iterable<string>): string[] {
  return [...statements].filter((sql) => {
    if (!/^(SELECT|UPDATE|DELETE|INSERT|WITH)/u.test(sql)) return false
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
    return plan.some(({ detail }) => /SCAN (cgk_(runs|jobs|lanes)|r|j)\b/u.test(String(detail)))
  })
}
