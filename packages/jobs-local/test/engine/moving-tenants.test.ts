import { describe, expect, test } from 'vitest'

import { moveTenants } from '../kit/move-tenants.ts'

describe('a thousand tenants that move in steps of 1 % and back', () => {
  test('lose none of 2000 jobs, and run nothing twice', async () => {
    expect(await moveTenants({ stores: { old: 'SQLite', new: 'memory' }, seed: 1, jobs: 2000 })).toEqual([])
  })

  test('lose nothing between two files', async () => {
    expect(await moveTenants({ stores: { old: 'SQLite', new: 'SQLite' }, seed: 2, jobs: 2000 })).toEqual([])
  })

  test('run keys twice if the router forgets them, which this test notices', async () => {
    const problems = await moveTenants({
      stores: { old: 'memory', new: 'memory' },
      seed: 1,
      jobs: 4000,
      forgetsKeys: true,
    })
    expect(problems).toContainEqual(expect.stringMatching(/^the key of \d+ made a second job$/))
  })
})
