import { expect, test } from 'vitest'

import { moveTenants } from '../kit/move-tenants.ts'

test.each([1, 2, 3])('tenants that move lose none of 50,000 jobs, and run nothing twice: seed %d', async (seed) => {
  expect(await moveTenants({ stores: { old: 'SQLite', new: 'memory' }, seed, jobs: 50_000 })).toEqual([])
})

test.each([2, 3])('tenants that move between two files lose none of 10,000 jobs: seed %d', async (seed) => {
  expect(await moveTenants({ stores: { old: 'SQLite', new: 'SQLite' }, seed, jobs: 10_000 })).toEqual([])
})
