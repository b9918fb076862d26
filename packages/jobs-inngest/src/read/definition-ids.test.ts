import { expect, test } from 'vitest'

import type { EngineRun } from '../api/engine-shapes.ts'
import { definitionIds } from './definition-ids.ts'

const run = (app: string, id: string): EngineRun => ({
  id: `${app}-${id}`,
  app: { id: app },
  function: { id },
  status: 'QUEUED',
  queuedAt: '2026-11-25T15:40:03.273Z',
})

test('uses the id of the function, whatever its app', () => {
  expect(definitionIds([run('jobs', 'a'), run('other', 'b'), run('jobs', 'a')], 'jobs')).toEqual(['a', 'b', 'a'])
  expect(definitionIds([run('other', 'a'), run('other', 'a')], 'jobs')).toEqual(['a', 'a'])
  expect(definitionIds([run('jobs', 'email~send')], 'jobs')).toEqual(['email/send'])
  expect(definitionIds([], 'jobs')).toEqual([])
})

test('prefixes the ids of other apps if several apps have the same id', () => {
  const runs = [run('other', 'a'), run('jobs', 'a'), run('third', 'a'), run('other', 'b')]
  expect(definitionIds(runs, 'jobs')).toEqual(['other:a', 'a', 'third:a', 'b'])
  expect(definitionIds(runs.slice(0, 1).concat(runs[2]!), 'jobs')).toEqual(['other:a', 'third:a'])
})
