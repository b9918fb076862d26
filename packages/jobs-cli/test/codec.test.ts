import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { expect, test } from 'vitest'

const codec = `
export const codec = {
  encode: (text) => Buffer.from(text).toString('base64'),
  decode: (text) => Buffer.from(text, 'base64').toString(),
}
`
const seed = `
import { createJobClient, defineEvents, defineJob, eventType } from '@cgk-platform/jobs'
import { codec } from './codec.ts'

defineEvents({ 'order.placed': eventType() })
const handler = ({ payload }) => {
  throw new RangeError('No mail for ' + payload.name)
}
const job = defineJob({ id: 'mail', event: 'order.placed', retry: { maxAttempts: 1 }, handler })
const logger = { debug() {}, info() {}, warn() {}, error() {} }
const client = createJobClient({ provider: 'local', config: { path: './jobs.db' }, jobs: [job], codec, logger })
const { id } = await client.sendJob('order.placed', { tenantId: 'shop_1', name: 'Ada Lovelace' })
await client.waitForJob(id)
await client.close()
console.log(id)
`

test('commands show that a value is encoded, and with `--codec` the value', async ({ onTestFinished }) => {
  const project = createReaderProject()
  onTestFinished(() => project.remove())
  project.write('codec.ts', codec)
  project.write('seed.ts', seed)
  const { stdout, stderr } = await project.run('seed.ts')
  expect(stderr).toBe('')
  const id = stdout.trim()
  const run = (...args: string[]) => runCommand([...args, '--file', 'jobs.db'], project.folder)
  for (const args of [['list'], ['list', '--json'], ['show', id, '--payload'], ['show', id, '--payload', '--json']]) {
    const without = await run(...args)
    expect(without).toMatchObject({ exitCode: 0, stderr: '' })
    expect(without.stdout).toContain('RangeError')
    expect(without.stdout).not.toContain('Lovelace')
    expect(without.stdout).not.toContain(Buffer.from('Lovelace').toString('base64').slice(2, 8))
    const shown = await run(...args, '--codec', 'codec.ts')
    expect(shown).toMatchObject({ exitCode: 0, stderr: '' })
    expect(shown.stdout).toContain('No mail for Ada Lovelace')
  }
  expect((await run('show', id, '--payload')).stdout).toContain('`codec.decode` is missing in this client')
  const missing = await run('show', id, '--codec', 'absent.ts')
  expect([missing.exitCode, missing.stderr]).toEqual([
    expect.any(Number),
    expect.stringContaining('`--codec` names a file'),
  ])
  expect(missing.exitCode).not.toBe(0)
})
