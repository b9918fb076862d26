import * as core from '@cgk-platform/jobs-core'
import * as leanInngest from '@cgk-platform/jobs-inngest'
import * as lean from '@cgk-platform/jobs-local'
import * as leanTrigger from '@cgk-platform/jobs-trigger'
import { describe, expect, it } from 'vitest'

import * as facade from '../src/index.ts'
import * as inngest from '../src/inngest.ts'
import * as local from '../src/local.ts'
import * as trigger from '../src/trigger.ts'

describe('the faces of the library', () => {
  it.each([
    ['the facade', facade],
    ['the local package', lean],
    ['the local subpath of the facade', local],
    ["Inngest's package", leanInngest],
    ["Inngest's subpath of the facade", inngest],
    ["Trigger.dev's package", leanTrigger],
    ["Trigger.dev's subpath of the facade", trigger],
  ])('%s has everything of the core, and its own createJobClient', (_name, face) => {
    expect(Object.keys(face)).toEqual(expect.arrayContaining([...Object.keys(core), 'createJobClient']))
  })

  it('moving from the facade to the lean package changes the import line alone', async () => {
    for (const face of [facade, lean]) {
      const done: string[] = []
      const job = face.defineJob({
        id: 'move',
        event: 'order.created',
        handler: (event) => void done.push(event.payload.orderId),
      })
      const client = face.createJobClient({ provider: 'local', jobs: [job] })
      await client.sendEvent('order.created', { tenantId: 'acme', orderId: 'order-1' })
      await client.close()
      expect(done).toEqual(['order-1'])
    }
  })
})
