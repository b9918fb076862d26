import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

import '@cgk-platform/test-kit/work'
import { expect, onTestFinished, test } from 'vitest'

import { bareEnvironment } from '../../../../vitest.environment.ts'
import { type App, openApp } from '../kit/open-app.ts'

const fixture = new URL('../fixtures/transactions-worker.ts', import.meta.url)

/** Starts a worker. @param kill - the statement of its first transaction at which it kills itself, and when */
function startWorker({ url, schema }: App, ...kill: string[]): ChildProcess {
  const execArgv = ['--conditions=@cgk-platform/source', '--no-warnings']
  const worker = fork(fixture, [url, schema, ...kill], { execArgv, env: bareEnvironment() })
  onTestFinished(() => void worker.kill('SIGKILL'))
  return worker
}

/** The statements of a transaction. If the worker dies after the last one, the effect exists. */
const statements = ['BEGIN', 'the effect', 'the record', 'COMMIT']

test.each([
  ['handler', 'work.asked', statements],
  ['step', 'work.requested', statements.toSpliced(2, 0, 'the settings')],
] as const)(
  'a worker that is killed at any statement of a %s leaves the effect exactly once',
  async (_kind, event, all) => {
    const kills = all.flatMap((name, index) =>
      ['before', 'sent', 'after'].map((when) => ({ name, place: `${index + 1}`, when })),
    )
    const app = await openApp()
    const sender = app.start([], { connectionString: app.url, role: 'send' })
    for (const { name, place, when } of kills) {
      const { id } = await sender.sendJob(event, { tenantId: 'acme' })
      const [, signal] = (await once(startWorker(app, place, when), 'exit')) as [unknown, string]
      expect(signal, `${when} ${name}`).toBe('SIGKILL')
      const before = (await app.effects.all()).filter((one) => one === id).length
      const worker = startWorker(app)
      expect(await sender.waitForJob(id), `${when} ${name}`).toMatchObject({ state: 'completed' })
      const after = (await app.effects.all()).filter((one) => one === id).length
      expect([before, after], `${when} ${name}`).toEqual([name === 'COMMIT' && when === 'after' ? 1 : before, 1])
      worker.kill('SIGKILL')
      await once(worker, 'exit')
    }
  },
)
