import * as core from '@cgk-platform/jobs-core'
import * as inngestPackage from '@cgk-platform/jobs-inngest'
import * as localPackage from '@cgk-platform/jobs-local'
import * as postgresPackage from '@cgk-platform/jobs-postgres'
import * as triggerPackage from '@cgk-platform/jobs-trigger'
import { describe, expect, it } from 'vitest'

import * as facade from '../src/index.ts'
import * as inngest from '../src/inngest.ts'
import * as local from '../src/local.ts'
import * as postgres from '../src/postgres.ts'
import * as trigger from '../src/trigger.ts'

describe('the modules for apps', () => {
  it.each([
    ['the facade', facade],
    ['the local package', localPackage],
    ['the local subpath of the facade', local],
    ["Inngest's package", inngestPackage],
    ["Inngest's subpath of the facade", inngest],
    ["PostgreSQL's package", postgresPackage],
    ["PostgreSQL's subpath of the facade", postgres],
    ["Trigger.dev's package", triggerPackage],
    ["Trigger.dev's subpath of the facade", trigger],
  ])('%s exports everything of the core, and its own createJobClient', (_name, entryModule) => {
    expect(Object.keys(entryModule)).toEqual(expect.arrayContaining([...Object.keys(core), 'createJobClient']))
  })

  it('a move from the facade to an engine package changes only the import line', async () => {
    for (const entryModule of [facade, localPackage]) {
      const done: string[] = []
      const job = entryModule.defineJob({
        id: 'move',
        event: 'order.created',
        handler: (event) => void done.push(event.payload.orderId),
      })
      const client = entryModule.createJobClient({ provider: 'local', jobs: [job] })
      await client.sendEvent('order.created', { tenantId: 'acme', orderId: 'order-1' })
      await client.close()
      expect(done).toEqual(['order-1'])
    }
  })
})
