import { defineJob, type Definition } from '@cgk-platform/jobs-core'
import { createJobRegistry } from '@cgk-platform/jobs-core/scheduling'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { createEnvelope } from '../../test/kit/stored-run.ts'
import type { StoredJob } from './stored-run.ts'
import { subscribersOf, toWorkerDefinition } from './subscribers-of.ts'

const define = (id: string, enabled: boolean): Definition =>
  defineJob({ id, event: 'work.requested', enabled, handler: () => undefined }) as unknown as Definition

test('other workers learn the event of a definition only if it is enabled', () => {
  expect([define('on', true), define('off', false)].map((one) => toWorkerDefinition(one))).toMatchObject([
    { definitionId: 'on', event: 'work.requested' },
    { definitionId: 'off', event: undefined },
  ])
})

test('a definition that is disabled here gets no run, even if another worker has it enabled', () => {
  const jobs = createJobRegistry()
  jobs.register(define('off', false))
  const subscribersElsewhere = () => ['off', 'elsewhere'].map((definitionId) => ({ definitionId, maxAttempts: 3 }))
  const job: StoredJob = { envelope: createEnvelope({ event: 'work.requested' }), state: 'queued', runs: [] }
  const found = subscribersOf(job, jobs, subscribersElsewhere)
  expect(found.map(({ definitionId }) => definitionId)).toEqual(['elsewhere'])
})

test('the maximum number of attempts of a send also applies to definitions of other workers', () => {
  const subscribersElsewhere = () => [{ definitionId: 'elsewhere', maxAttempts: 3 }]
  const job: StoredJob = { envelope: createEnvelope({ maxAttempts: 1 }), state: 'queued', runs: [] }
  expect(subscribersOf(job, createJobRegistry(), subscribersElsewhere)).toMatchObject([{ maxAttempts: 1 }])
})
