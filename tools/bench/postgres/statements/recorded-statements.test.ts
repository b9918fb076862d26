import { startEmbeddedServer } from '@cgk-platform/test-kit/embedded-postgres'
import { expect, test } from 'vitest'

import { open } from '../contenders/statements.ts'

test('a replay of recorded statements completes the same number of jobs', async () => {
  const server = await startEmbeddedServer()
  const contender = await open({ folder: '', postgresUrl: server.url, settings: { concurrency: 100 } })
  await expect(contender.run(1_500)).resolves.toBeGreaterThan(0)
  await contender.close()
  await server.stop()
})
