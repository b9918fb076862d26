import { expect, test } from 'vitest'

import { takeInTurns } from './take-in-turns.ts'
import { Turns } from './turns.ts'

const run = (definition: string, tenant: string, rank: number) => ({ definition, tenant, rank, run: 'a member' })

test('tenants take turns, and of each tenant the lowest ranks come first', () => {
  const runs = [run('a', 'acme', 3), run('a', 'acme', 1), run('b', 'acme', 2), run('a', 'globex', 9)]
  const options = { turns: new Turns(), weights: new Map<string, number>() }
  const taken = takeInTurns(runs, 2, options, (one) => one)
  expect(taken).toEqual([runs[1], runs[3]])
  expect(taken[0]).toBe(runs[1])
  expect(takeInTurns(runs, 4, options, (one) => one)).toBe(runs)
})
