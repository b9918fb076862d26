import type { JobClient } from '@cgk-platform/jobs-core'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import type { TestContext } from 'vitest'

import { createJobClient, createLocalProvider, type JobClientOptions, type LocalInternals } from '../../src/index.ts'
import type { LocalConfig } from '../../src/provider/local-config.ts'
import { type Child, startModule, type StartOptions } from './start-module.ts'
import { createTemporaryFile } from './temporary-file.ts'

/** A jobs' file that the test and the processes that it starts share. */
export interface SharedTestFile {
  readonly path: string
  readonly folder: string
  /** A client that only sends, reads and cancels. */
  readonly client: JobClient
  /** Opens another client in this process. By default it has no jobs, the role `both` and the present schema. */
  open(config?: LocalConfig, options?: OpenOptions): JobClient
  /** Starts a process on the file whose code can use the functions of `prelude`. */
  start(text: string, options?: StartOptions): Child
}

type OpenOptions = Pick<JobClientOptions, 'jobs' | 'logger' | 'maxWaiting'> & Pick<LocalInternals, 'migrations'>

/** Code at the start of each process of a test. */
const prelude = `
  import { createJobClient, defineBatchJob, defineCronJob, defineJob, defineWorkflow } from '@cgk-platform/jobs-local'
  const path = process.env.JOBS_PATH
  const say = (...words) => console.log(...words)
  const die = () => process.kill(process.pid, 'SIGKILL')
  const never = () => new Promise(() => undefined)
  const block = (ms) => { for (const until = performance.now() + ms; performance.now() < until; ); }
  const logger = { debug() {}, info() {}, warn() {}, error(message, fields) { console.error(message, fields?.error) } }
  const open = (jobs, { hooks, ...config } = {}) =>
    createJobClient({ provider: 'local', config: { path, ...config }, jobs, logger, ...(hooks && { hooks }) })
  /** Starts a worker, which stays alive. */
  const work = async (jobs, config) => {
    const client = open(jobs, { role: 'work', ...config })
    await client.start()
    say('started')
    return client
  }
  const job = (handler, options) => defineJob({ id: 'work', event: 'analytics.track', handler, ...options })
`

/** Creates a file. When the test has finished, closes its clients, kills its processes and deletes the file. */
export function createSharedFile(onTestFinished: TestContext['onTestFinished']): SharedTestFile {
  const { path, folder, remove } = createTemporaryFile()
  const children: Child[] = []
  const clients: JobClient[] = []
  onTestFinished(async () => {
    for (const child of children) child.kill('SIGKILL')
    await Promise.all([...children.map(({ ended }) => ended), ...clients.map((client) => client.close({ timeout: 0 }))])
    remove()
  })
  const open: SharedTestFile['open'] = (config, { migrations, ...options } = {}) => {
    const logger = createRecordedLogger()
    const provider = createLocalProvider({ path, ...config }, { migrations })
    const client = createJobClient({ provider, jobs: [], logger, ...options })
    clients.push(client)
    return client
  }
  const start: SharedTestFile['start'] = (text, { env, ...options } = {}) => {
    const child = startModule(prelude + text, { env: { JOBS_PATH: path, ...env }, ...options })
    children.push(child)
    return child
  }
  return { path, folder, client: open({ role: 'send' }), open, start }
}

/** Sends an event that the job `work` of the prelude handles. Returns the job's id. */
export async function ask(client: JobClient, event = 'x', tenantId = 'acme'): Promise<string> {
  return (await client.sendJob('analytics.track', { tenantId, event })).id
}

/** Opens a file and sends a job. Rejects if that is not possible. */
export async function openAndSend(path: string): Promise<string> {
  const client = createJobClient({ provider: 'local', config: { path, role: 'send' }, jobs: [] })
  try {
    return await ask(client)
  } finally {
    await client.close({ timeout: 0 })
  }
}
