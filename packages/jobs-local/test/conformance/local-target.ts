import type { JobClient, JobCodec, JobProvider } from '@cgk-platform/jobs-core'
import { type Clock, systemClock, createClient } from '@cgk-platform/jobs-core/provider'
import {
  conformanceJobs,
  conformanceOptions,
  type ConformanceEngine,
  type ConformanceTarget,
  type OwnHost,
} from '@cgk-platform/jobs-conformance'
import { createDefaultClient } from '@cgk-platform/test-kit/default-client'
import { createDeployable } from '@cgk-platform/test-kit/deployable'
import { injectInto } from '@cgk-platform/test-kit/senders'

import { createLocalProvider, type LocalProvider } from '../../src/provider/local-provider.ts'
import { openFile } from '../../src/store/sqlite/file/open-file.ts'
import type { Migration } from '../../src/store/sqlite/file/schema.ts'
import { createVirtualClock } from '../../src/testing/virtual-clock.ts'
import { createTemporaryFile, type TemporaryFile } from '../kit/temporary-file.ts'
import { inTransaction } from '../kit/in-transaction.ts'
import '../../src/index.ts'
import { passVirtualTime } from './pass-virtual-time.ts'
import { createRestartable } from './restartable-provider.ts'

/** The options of a local target. */
export interface LocalTargetOptions {
  /** The clock of the engine. Default: a virtual clock, on which the suite takes seconds. */
  time?: 'virtual' | 'real'
  /** The store of the engine. Default: memory. */
  store?: 'memory' | 'sqlite'
  /** The schema of the file, which another version has created. Default: that of this version. */
  schema?: readonly Migration[]
  /** Wraps the provider of the client under test, to inject a fault. */
  wrap?(provider: LocalProvider, clock: Clock): JobProvider
  /** The codec of the client. Default: none. */
  codec?: JobCodec
  /** Creates the default client. Default: the function of the package's entry. */
  createDefault?(): JobClient
}

/** Late in the morning, so that noon occurs during the suite. */
const startAt = Date.UTC(2026, 2, 1, 11, 50, 10)

/** Creates a target for the conformance suite on the local engine. */
export function createLocalTarget(options: LocalTargetOptions = {}): ConformanceTarget {
  const { time = 'virtual', store = 'memory', schema, codec, createDefault = createDefaultClient } = options
  return {
    name:
      store === 'memory'
        ? 'local (memory)'
        : `local (SQLite${schema ? ', a file of a later version' : ''}${codec ? ', with a codec' : ''})`,
    concurrent: time === 'real',
    createDefault,
    open: async () => (time === 'real' ? openReal(options) : openVirtual(options)),
  }
}

function openVirtual(options: LocalTargetOptions): ConformanceEngine {
  const virtual = createVirtualClock(startAt)
  // A sleeping machine advances only the wall clock; its timers pause.
  let sleptMs = 0
  const clock: Clock = { ...virtual, now: () => virtual.now() + sleptMs }
  const file = options.store === 'sqlite' ? createTemporaryFile() : undefined
  if (file && options.schema) openFile(file.path, { steps: options.schema }).close()
  const create = (path: string | undefined, time: Clock): LocalProvider =>
    createLocalProvider({ retention: { count: 100_000 }, path }, { clock: time, random: () => 0, ownTime: true })
  const restartable = file && createRestartable(file, clock, create)
  const { provider: local, register } = createDeployable(restartable?.provider ?? create(undefined, clock))
  return {
    ...open(local, clock, options, file),
    ...(restartable && {
      restart: () => restartable.restart(),
      inTransaction: (work) => inTransaction(restartable.path, work),
    }),
    async deploy(generation) {
      await passVirtualTime(local, virtual, 0) // what has begun ends
      register(conformanceJobs(local.capabilities, { generation }))
      await restartable?.restart()
    },
    clock,
    advance: (durationMs) => passVirtualTime(local, virtual, durationMs),
    async suspend(durationMs) {
      sleptMs += durationMs
    },
  }
}

function openReal(options: LocalTargetOptions): ConformanceEngine {
  const file = options.store === 'sqlite' ? createTemporaryFile() : undefined
  const engine = open(createLocalProvider(file && { path: file.path }), systemClock, options, file)
  return { ...engine, ...(file && { inTransaction: (work) => inTransaction(file.path, work) }) }
}

function open(
  local: LocalProvider,
  clock: Clock,
  options: LocalTargetOptions,
  file: TemporaryFile | undefined,
): ConformanceEngine {
  const provider = options.wrap?.(local, clock) ?? local
  const { capabilities } = provider
  const clientOptions = { ...conformanceOptions(capabilities), ...(options.codec && { codec: options.codec }), clock }
  const client = createClient({ load: () => provider }, clientOptions)
  return {
    client,
    async close() {
      await client.close({ timeout: 0 })
      file?.remove()
    },
    async anotherClient() {
      const { attach: _attach, start: _start, close: _close, ...sender } = provider
      return createClient({ load: () => sender }, { ...clientOptions, jobs: [] })
    },
    createClient(ownOptions) {
      const another = { ...createLocalProvider({}, { clock }), capabilities }
      return createClient({ load: () => another }, { ...clientOptions, hooks: undefined, ...ownOptions })
    },
    async openHost(ownOptions) {
      const another = { ...createLocalProvider({}, { clock }), capabilities }
      const withoutCodec = { ...clientOptions, hooks: undefined, codec: undefined }
      const host = createClient({ load: () => another }, { ...withoutCodec, ...ownOptions })
      await host.start()
      const { attach: _attach, start: _start, close: _close, ...sender } = another
      const other: OwnHost['other'] = (more) =>
        createClient({ load: () => sender }, { ...withoutCodec, jobs: ownOptions.jobs, ...more })
      return { client: host, other, close: () => host.close({ timeout: 0 }) }
    },
    inject: injectInto(provider),
  }
}
