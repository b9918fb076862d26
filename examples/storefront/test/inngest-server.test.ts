import { expect, it } from 'vitest'

import { configuredInngestServer } from '../src/demo/inngest-server.ts'

it.each([
  [{}, undefined],
  [{ INNGEST_DEV: '0' }, undefined],
  [{ INNGEST_DEV: 'false', INNGEST_BASE_URL: '' }, undefined],
  [{ INNGEST_DEV: '1' }, 'http://localhost:8288'],
  [{ INNGEST_DEV: 'true' }, 'http://localhost:8288'],
  [{ INNGEST_DEV: 'http://localhost:9000' }, 'http://localhost:9000'],
  [{ INNGEST_BASE_URL: 'https://inngest.example', INNGEST_DEV: '1' }, 'https://inngest.example'],
])('%j configures %s', (environment, server) => {
  expect(configuredInngestServer(environment)).toBe(server)
})
