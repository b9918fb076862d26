import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { closedFolderOf, startEmbeddedServer } from '@cgk-platform/test-kit/embedded-postgres'
import { Client } from 'pg'
import { expect, it } from 'vitest'

import { bareEnvironment } from '../../../../vitest.environment.ts'

it('a test run that has started a server ends with its own exit code', () => {
  const program = `
    import { startEmbeddedServer } from '@cgk-platform/test-kit/embedded-postgres'
    const server = await startEmbeddedServer()
    await server.stop()
    process.exitCode = 3
  `
  const flags = ['--conditions=@cgk-platform/source', '--no-warnings', '--input-type=module', '--eval', program]
  const { status } = spawnSync(process.execPath, flags, { cwd: import.meta.dirname, env: bareEnvironment() })
  expect(status).toBe(3)
})

it('a server stops after the connections that are ending', async () => {
  const server = await startEmbeddedServer()
  const client = new Client(server.url)
  const errors: unknown[] = []
  client.on('error', (error) => errors.push(error))
  await client.connect()
  setTimeout(() => void client.end(), 200)
  await server.stop()
  expect(errors).toEqual([])
})

it('a folder that only its owner can enter is found', () => {
  const closed = mkdtempSync(join(tmpdir(), 'closed-'))
  const inner = join(closed, 'project')
  mkdirSync(inner)
  expect(closedFolderOf(inner)).toBe(closed)
  chmodSync(closed, 0o755)
  expect(closedFolderOf(inner)).toBeUndefined()
})
