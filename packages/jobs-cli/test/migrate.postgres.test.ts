import { type PostgresServer, startEmbeddedServer } from '@cgk-platform/test-kit/embedded-postgres'
import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

const project = createReaderProject()
let server: PostgresServer

beforeAll(async () => {
  server = await startEmbeddedServer()
})
afterAll(async () => {
  project.remove()
  await server.stop()
})

const run = (...args: string[]) => runCommand(args, project.folder)
const at = (...args: string[]) => run(...args, '--postgres', server.url)

test('`--schema` names the tables of all commands', async () => {
  expect(await at('migrate', '--schema', 'Shop', '--dry-run')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^Would migrate the schema from version 0 to \d+\.\n$/),
  })
  expect(await at('migrate', '--schema', 'Shop')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^Migrated the schema from version 0 to \d+\.\n$/),
  })
  expect(
    (await at('send', 'order.created', '{"orderId":"o1"}', '--tenant', 'shop_1', '--schema', 'Shop')).exitCode,
  ).toBe(0)
  expect((await at('list', '--schema', 'Shop')).stdout).toContain('order.created')
  expect((await at('list')).stdout).not.toContain('order.created')
  const fromEnvironment = { JOB_PROVIDER: 'postgres', DATABASE_URL: server.url }
  const listed = await runCommand(['list', '--schema', 'Shop'], project.folder, fromEnvironment)
  expect(listed.stdout).toContain('order.created')
  const report = await runCommand(['doctor', '--schema', 'Shop'], project.folder, fromEnvironment)
  expect(report.stdout).toMatch(/schema: `Shop` has schema version \d+/)
})

test('the printed SQL creates the tables, and the printed grants let a role use them', async () => {
  const printed = await run('migrate', '--provider', 'postgres', '--schema', 'printed', '--sql', '--grants', 'app')
  expect(printed).toMatchObject({ exitCode: 0, stderr: '' })
  const client = new Client(server.url)
  await client.connect()
  await client.query(`CREATE ROLE app LOGIN PASSWORD 'password'`)
  await client.query(printed.stdout)
  await client.end()
  const app = server.url.replace('postgres:password', 'app:password')
  const as = (...args: string[]) => run(...args, '--postgres', app, '--schema', 'printed')
  expect(await as('send', 'order.created', '{"orderId":"o1"}', '--tenant', 'shop_1')).toMatchObject({
    exitCode: 0,
  })
  expect((await as('list')).stdout).toContain('order.created')
  expect(await as('migrate')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing to migrate') })
  const refused = await run('migrate', '--postgres', app, '--schema', 'other')
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('its user may not change them') })
})

test('`--from` prints only later steps', async () => {
  const print = async (...args: string[]) => (await run('migrate', '--provider', 'postgres', ...args)).stdout
  expect(await print('--sql')).toContain('CREATE TABLE "jobs".runs')
  const rest = await print('--sql', '--from', '1')
  expect(rest).toContain('needs 1')
  expect(rest).not.toContain('CREATE TABLE "jobs".runs')
  expect(await print('--grants', 'my "app"')).toMatch(/^GRANT USAGE ON SCHEMA "jobs" TO "my ""app""";/)
})

test.each([
  [['--provider', 'postgres', '--sql', '--from', 'x'], '`--from` is not a version'],
  [['--provider', 'postgres', '--from', '1'], '`--from` is set without `--sql`'],
  [['--provider', 'postgres', '--sql', '--json'], '`--json` is set'],
  [['--provider', 'inngest', '--sql'], '`--sql` is set, but `inngest` has no SQL to print'],
  [['--provider', 'inngest', '--schema', 'jobs'], '`--schema` is a schema of PostgreSQL'],
  [['--provider', 'postgres', '--schema', 'a-b', '--sql'], '`schema` is `a-b`'],
])('%j is an invalid call', async (args, message) => {
  const { exitCode, stderr } = await runCommand(['migrate', ...args], project.folder, { INNGEST_DEV: '1' })
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(message) })
})
