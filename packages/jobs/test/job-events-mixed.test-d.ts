import { describe, it } from 'vitest'

import { sendJob } from '@cgk-platform/jobs'
import { sendJob as sendByCore } from '@cgk-platform/jobs-core'
import { sendJob as sendByLocal } from '@cgk-platform/jobs-local'
import { sendJob as sendBySubpath } from '@cgk-platform/jobs/inngest'

declare module '@cgk-platform/jobs-core' {
  interface JobEvents {
    'mixed.core': { coreId: string }
  }
}
declare module '@cgk-platform/jobs-local' {
  interface JobEvents {
    'mixed.local': { localId: string }
  }
}
declare module '@cgk-platform/jobs/inngest' {
  interface JobEvents {
    'mixed.subpath': { subpathId: string }
  }
}
declare module '@cgk-platform/jobs' {
  interface JobEvents {
    'mixed.facade': { facadeId: string }
  }
}

describe('custom events that are declared under several module names in one program', () => {
  it('can be sent through every module name', () => {
    for (const send of [sendJob, sendByCore, sendByLocal, sendBySubpath]) {
      void send('mixed.core', { tenantId: 'acme', coreId: '1' })
      void send('mixed.local', { tenantId: 'acme', localId: '1' })
      void send('mixed.subpath', { tenantId: 'acme', subpathId: '1' })
      void send('mixed.facade', { tenantId: 'acme', facadeId: '1' })
      // @ts-expect-error -- not declared
      void send('mixed.nowhere', { tenantId: 'acme' })
    }
  })
})
