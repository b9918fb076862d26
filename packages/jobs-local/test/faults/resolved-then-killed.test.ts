import { expect, test } from 'vitest'

import { together } from '../kit/run-node.ts'
import { ask, createSharedFile } from '../kit/shared-file.ts'

const workflow = `
  import { defineEvents, eventType } from '@cgk-platform/jobs-local'
  defineEvents({ 'test.go': eventType() })
  const waiting = defineWorkflow({
    id: 'work',
    event: 'analytics.track',
    steps: async (_event, step) => (await step.waitForEvent('go', 'test.go', { timeout: '1h' }))?.payload.word,
  })
`

/**
 * Locks the file from the commit of the wait until the workflow is suspended, so that the resolved wait and the end of
 * the attempt become durable in one transaction. Then kills the process.
 */
const dieOnceResolved = `
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const { exec, prepare } = DatabaseSync.prototype
  let isWaiting = false
  let heldUntil
  DatabaseSync.prototype.prepare = function (sql) {
    const statement = prepare.call(this, sql)
    if (!sql.includes('INTO cgk_waits')) return statement
    const run = statement.run.bind(statement)
    statement.run = (...values) => ((isWaiting = true), run(...values))
    return statement
  }
  DatabaseSync.prototype.exec = function (sql) {
    if (sql === 'BEGIN IMMEDIATE' && performance.now() < heldUntil) {
      throw Object.assign(new Error('database is locked'), { code: 'ERR_SQLITE_ERROR', errcode: 5 })
    }
    exec.call(this, sql)
    if (sql !== 'COMMIT' || !isWaiting) return
    if (heldUntil !== undefined) die()
    heldUntil = performance.now() + 1000
    void client.sendJob('test.go', { tenantId: 'acme', word: 'went' })
  }
  const client = await work([waiting])
`

test(
  'a workflow continues if its wait was resolved during its suspension and its worker was killed before the wake',
  together,
  async ({ onTestFinished }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const id = await ask(client)
    expect(await start(workflow + dieOnceResolved).ended).toMatchObject({ signal: 'SIGKILL' })
    start(`${workflow} await work([waiting])`)
    expect(await client.waitForJob(id)).toMatchObject({
      state: 'completed',
      runs: [{ output: 'went' }],
    })
  },
)
