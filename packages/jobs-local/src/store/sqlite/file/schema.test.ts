import { describe, expect, test } from 'vitest'

import { contracted, expanded } from '../../../../test/kit/schemas.ts'
import { firstVersion, type Migration, migrations } from './schema.ts'

/** Returns the problems of some steps. */
function problemsOf(steps: readonly Migration[]): string[] {
  let oldest = firstVersion
  return steps.flatMap(({ sql, usableSince }, index) => {
    const version = firstVersion + index
    const removes = /\bDROP (TABLE|COLUMN)\b|\bRENAME\b/.test(sql)
    if (removes && usableSince === undefined) return [`step ${version} removes something, but has no \`usableSince\``]
    if (usableSince === undefined) return []
    const isInOrder = usableSince >= oldest && usableSince <= version
    oldest = usableSince
    return isInOrder ? [] : [`step ${version} is usable since ${usableSince}`]
  })
}

describe('the steps of the schema', () => {
  test('keep what earlier versions use, or name the oldest version that can use the file from then on', () => {
    expect(problemsOf(migrations)).toEqual([])
  })

  test('are checked', () => {
    expect(problemsOf(contracted)).toEqual([])
    const removes = { sql: 'ALTER TABLE cgk_runs DROP COLUMN later' }
    expect(problemsOf([...expanded, removes])).toHaveLength(1)
    expect(problemsOf([...expanded, { ...removes, usableSince: firstVersion + expanded.length + 1 }])).toHaveLength(1)
    expect(problemsOf([...contracted, { ...removes, usableSince: firstVersion }])).toHaveLength(1)
  })
})
