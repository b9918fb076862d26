import assert from 'node:assert/strict'

import type { JobClient } from '@cgk-platform/jobs-core'
import { ProviderNotChosenError } from '@cgk-platform/jobs-core/errors'
import { engines } from '@cgk-platform/jobs-core/tools'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import type { ConformanceTarget } from '../conformance-target.ts'
import { casesOf } from '../cases-of.ts'

/** Creates the default client with only these environment variables. */
function defaultIn(target: ConformanceTarget, environment: Readonly<Record<string, string>>): JobClient {
  const ofEngines = engines().flatMap(({ variables = [] }) => variables.map(({ name }) => name))
  const variables = ['NODE_ENV', 'JOB_PROVIDER', ...ofEngines]
  const before = variables.map((name) => [name, process.env[name]] as const)
  for (const name of variables) delete process.env[name]
  Object.assign(process.env, environment)
  try {
    // Synchronous, so that no other code sees this environment.
    return target.createDefault!()
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}

/** Cases: nothing defaults to memory in production. */
export const productionCases: readonly ConformanceCase[] = casesOf(rules.production, [
  {
    id: 'no-memory-by-default-in-production',
    title: 'in production, an engine that loses jobs with its process is never the default',
    requiredEquipment: ['createDefault'],
    async run(t) {
      let client: JobClient
      try {
        client = defaultIn(t.target, { NODE_ENV: 'production' })
      } catch (error) {
        assert.ok(ProviderNotChosenError.isInstance(error), String(error))
        return
      }
      const { features } = await client.capabilities()
      await client.close()
      assert.ok(features['jobs survive a restart'].supported, 'The default engine stores its jobs in memory.')
    },
  },
  {
    id: 'unknown-provider-is-refused',
    title: 'an unknown engine in `JOB_PROVIDER` throws instead of falling back to another',
    requiredEquipment: ['createDefault'],
    async run(t) {
      for (const environment of [{}, { NODE_ENV: 'production' }]) {
        await assert.rejects(async () => {
          const client = defaultIn(t.target, { ...environment, JOB_PROVIDER: 'loacl' })
          await client.close()
        }, /JOB_PROVIDER|loacl/)
      }
    },
  },
])
