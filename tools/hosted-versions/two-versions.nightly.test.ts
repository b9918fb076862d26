import { fork } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { createLoopbackEngine } from '@cgk-platform/inngest-loopback'
import { createLoopbackServer, startCliWorker } from '@cgk-platform/trigger-loopback'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

import { useBuild } from '../chaos/builds/install-build.ts'
import { installOtherVersion } from '../chaos/builds/other-version.ts'
import { execute } from '../check-packages/execute.ts'

// This version and another one, as sender and worker on each hosted engine.

let other: string
beforeAll(async () => {
  other = await installOtherVersion(['jobs-core', 'jobs-inngest', 'jobs-trigger'])
})
afterAll(() => rmSync(other, { recursive: true, force: true }))

type Version = 'this version' | 'the other one'
type Variables = Readonly<Record<string, string>>

const here = import.meta.dirname
const buildOf = (version: Version): string | undefined => (version === 'this version' ? undefined : other)

/** Opens an engine with a worker of a version. Returns the variables that connect a process to the engine. */
const engines: Record<string, (worker: Version) => Promise<Variables>> = {
  async inngest(version) {
    const [eventKey, signingKey] = ['versions', 'signkey-test-00112233445566778899aabbccddeeff']
    const engine = await createLoopbackEngine({ eventKey, signingKey })
    onTestFinished(() => engine.close())
    const keys = { INNGEST_EVENT_KEY: eventKey, INNGEST_SIGNING_KEY: signingKey }
    const variables = { VERSIONS_ENGINE: 'inngest', INNGEST_BASE_URL: engine.url, ...keys }
    const { flags, env } = useBuild(buildOf(version))
    const worker = fork(join(here, 'work.ts'), {
      execArgv: flags,
      env: { ...process.env, ...env, ...variables },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    onTestFinished(() => void worker.kill('SIGKILL'))
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => resolve())
      worker.once('exit', () => reject(new Error('The worker did not start.')))
    })
    return variables
  },
  async 'trigger.dev'(version) {
    const server = await createLoopbackServer()
    onTestFinished(() => server.close())
    const build = buildOf(version)
    const projectDir = join(build ?? here, 'project')
    if (build !== undefined) cpSync(join(here, 'project'), projectDir, { recursive: true })
    const worker = await startCliWorker({ server, projectDir })
    onTestFinished(() => worker.close())
    return { VERSIONS_ENGINE: 'trigger.dev', TRIGGER_API_URL: server.url, TRIGGER_SECRET_KEY: server.secretKey }
  },
}

/** Runs a program with a version, and returns the JSON in its last line. */
async function run(version: Version, program: string, args: readonly string[], variables: Variables): Promise<unknown> {
  const { flags, env } = useBuild(buildOf(version))
  const output = await execute(process.execPath, [...flags, join(here, program), ...args], {
    cwd: here,
    env: { ...env, ...variables },
  })
  return JSON.parse(output.trimEnd().split('\n').at(-1)!)
}

const step = (id: string, kind: string, attempts = 1) => `${id} ${kind} completed ${attempts}`
const steps = [step('one', 'run'), step('nap', 'sleep', 0), step('told', 'waitForEvent', 0), step('two', 'run')]
const failedOnce = { state: 'failed', attempts: 1, error: 'busy' }
const expected = [
  ['versions.plain', 'completed', { state: 'completed', attempts: 1, output: { doubled: 14 } }],
  ['versions.retried', 'completed', { state: 'completed', attempts: 2, output: 2 }],
  ['versions.retried', 'failed', failedOnce, failedOnce],
  ['versions.waits', 'completed', { state: 'completed', attempts: 1, version: '1', output: [7, 7], steps }],
  ['versions.endless', 'cancelled', { state: 'cancelled', attempts: 1 }],
]

describe.each(Object.keys(engines))('on %s', (engine) => {
  test.each<[sender: Version, worker: Version]>([
    ['the other one', 'this version'],
    ['this version', 'the other one'],
  ])('jobs of %s run in a worker of %s, and both read the same of them', async (sender, worker) => {
    const variables = await engines[engine]!(worker)
    const ids = (await run(sender, 'send.ts', [], variables)) as string[]
    for (const reader of [sender, worker]) expect(await run(reader, 'read.ts', ids, variables)).toEqual(expected)
  })
})
