import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { createLoopbackEngine } from '@cgk-platform/inngest-loopback'
import { expect, it, onTestFinished } from 'vitest'

import { readOptions, usage, UsageError } from '../src/demo/options.ts'
import { runAltered, commandOf, demo, environment, temporaryFolder } from './demo-process.ts'

const totals = /^All +281 +12 +56 +258 +£106,709\.17 +29 +£1,866\.33$/m

it('simulates both days, shows a row for each shop and exits with 0', () => {
  const { status, stdout, stderr } = demo()
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/^United Kingdom +272 +12 +54 +249 +£102,388\.61 +26 +£1,719\.53$/m)
  expect(stdout).toMatch(/^EIRE +3 +0 +0 +3 +£577\.88 +1 +£7\.50$/m)
  expect(stdout).toMatch(totals)
  expect(stdout).toContain('declined: retried after about 1 s, then after about 2 s.') // the same on every engine
  expect(stdout).toContain('Every figure agrees with the file.')
})

it('uses the configured Inngest server, in real time, and leaves no functions on it', async () => {
  const engine = await createLoopbackEngine()
  onTestFinished(() => engine.close())
  const { stdout } = await promisify(execFile)(process.execPath, commandOf(['--provider', 'inngest']), {
    env: { ...environment, INNGEST_BASE_URL: engine.url },
  })
  expect(stdout).toContain(`Inngest's SDK and the server at ${engine.url}`)
  expect(stdout).toMatch(totals)
  const functions = await fetch(`${engine.url}/v2/apps/storefront/functions`)
  expect(await functions.json()).not.toMatchObject({ data: [expect.anything()] })
})

it('gets the same figures in real time, with all orders sent at once', () => {
  const { status, stdout } = demo(['--real-time'])
  expect(status).toBe(0)
  expect(stdout).toMatch(totals)
})

it('uses the database in DATABASE_URL, and names it without the password if it cannot be reached', () => {
  const { status, stderr } = demo(['--store', 'postgres', '--folder', temporaryFolder()], {
    DATABASE_URL: 'postgres://shop:secret@127.0.0.1:1/shop',
  })
  expect(status).toBe(1)
  expect(stderr).toContain("The jobs' database `127.0.0.1:1/shop` cannot be reached.")
  expect(stderr).not.toContain('secret')
})

it('exits with 1 if a price in the file is wrong', () => {
  const { status, stdout } = runAltered('data/online-retail-2010-12-01.csv', '3.75,12583,France', '3.76,12583,France')
  expect(status).toBe(1)
  expect(stdout).toMatch(/^Wrong +france, jobs against the expected figures: sales/m)
})

it.each([
  [['now'], "Unexpected argument 'now'"],
  [['--provider', 'kafka'], "Unknown provider 'kafka'"],
  [['--store', 'kafka'], "Unknown store 'kafka'"],
  [['--store', 'postgres', '--provider', 'inngest'], '--store requires --provider local'],
  [['--folder', 'data'], '--folder requires --store'],
  [['--provider'], 'argument missing'],
  [['days'], "Unexpected argument 'days'"],
  [['rush', '--provider', 'inngest'], 'The rush needs the virtual clock'],
  [['rush', '--store', 'sqlite'], 'The rush needs the virtual clock'],
  [['fulfilment', 'twice'], "Unexpected argument 'twice'"],
  [['fulfilment', '--crash'], "Unknown option '--crash'"],
  [['fulfilment', '--real-time'], 'The fulfilment takes days'],
  [['fulfilment', '--provider', 'trigger.dev'], 'The fulfilment takes days'],
])('rejects %j', (args, problem) => {
  expect(() => readOptions(args)).toThrow(
    expect.objectContaining({ name: UsageError.name, message: expect.stringContaining(problem) }),
  )
})

it('prints the usage for invalid arguments and exits with 2', () => {
  const { status, stdout, stderr } = demo(['--fast'])
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toContain("Unknown option '--fast'")
  expect(stderr).toContain(usage)
})

it('prints the usage with --help', () => {
  expect(demo(['--help'])).toEqual({ status: 0, stdout: `${usage}\n`, stderr: '' })
})
