import { expect, it, vi } from 'vitest'

import type { OpenedDatabase } from '../../src/database/database.ts'
import { inTransaction, Notifications } from '../../src/database/notifications.ts'
import { openDatabase } from '../kit/open-database.ts'

function open(database: OpenedDatabase) {
  const heard: (readonly string[] | 'all')[] = []
  const received = (words: ReadonlySet<string> | undefined) => void heard.push(words ? [...words] : 'all')
  const notifications = new Notifications({ database, received })
  return { notifications, heard, [Symbol.asyncDispose]: () => notifications.close() }
}

it('tells other processes what has changed, and not itself', async () => {
  await using opened = await openDatabase()
  await using one = open(opened.database)
  await using other = open(opened.database)
  for (const { notifications } of [one, other]) notifications.listen()
  await vi.waitUntil(() => [one, other].every(({ notifications }) => notifications.awareness === 'listening'), 60_000)
  one.notifications.send('work', 'jobs')
  await expect.poll(() => other.heard).toEqual(['all', ['work', 'jobs']])
  expect(one.heard).toEqual(['all'])
})

it('hears what a transaction of the app tells, also one of its own process', async () => {
  await using opened = await openDatabase()
  await using listener = open(opened.database)
  const { notifications, heard } = listener
  notifications.listen()
  await vi.waitUntil(() => notifications.awareness === 'listening')
  const { channel, payload } = inTransaction(opened.schema, 'work', 'jobs')
  await opened.pool.query('SELECT pg_notify($1, $2)', [channel, payload])
  await expect.poll(() => heard).toEqual(['all', ['work', 'jobs']])
})

it('sends the words of a moment together', async () => {
  await using opened = await openDatabase()
  let sent = 0
  const query: OpenedDatabase['query'] = (sql, values) => {
    sent += Number(sql.includes('pg_notify'))
    return opened.database.query(sql, values)
  }
  const { notifications } = open({ ...opened.database, query })
  for (let count = 0; count < 1000; count++) notifications.send(String(count))
  await notifications.close()
  expect(sent).toBe(2)
})

it('listens again after its connection was lost, and looks at everything then', async () => {
  await using opened = await openDatabase()
  await using listener = open(opened.database)
  const { notifications, heard } = listener
  notifications.listen()
  await vi.waitUntil(() => notifications.awareness === 'listening', 60_000)
  const channel = `%cgk_jobs_${opened.schema}%`
  await opened.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE $1 AND pid <> pg_backend_pid()`,
    [`LISTEN ${channel}`],
  )
  await expect.poll(() => heard).toEqual(['all', 'all', 'all'])
  expect(notifications.awareness).toBe('listening')
})

it('polls if its connection does not get notifications, as behind a transaction pooler', async () => {
  await using opened = await openDatabase()
  let stopped = false
  const listen: OpenedDatabase['listen'] = async () => async () => void (stopped = true)
  await using listener = open({ ...opened.database, listen })
  const { notifications } = listener
  notifications.listen()
  await vi.waitUntil(() => stopped, { timeout: 60_000 })
  expect(notifications.awareness).toBe('polling')
})

it.each(['its test fails', 'it is lost during its test'])('has one connection at most, also if %s', async (fault) => {
  await using opened = await openDatabase()
  let [connections, most, tries] = [0, 0, 0]
  const listen: OpenedDatabase['listen'] = async (channel, listener) => {
    tries++
    most = Math.max(most, ++connections)
    if (tries === 1 && fault === 'it is lost during its test') {
      listener.lost()
      connections--
      return async () => undefined
    }
    const stop = await opened.database.listen(channel, listener)
    return async () => {
      connections--
      await stop!()
    }
  }
  const query: OpenedDatabase['query'] = (sql, values) =>
    tries === 1 ? Promise.reject(new Error('lost')) : opened.database.query(sql, values)
  await using listener = open({ ...opened.database, listen, query })
  listener.notifications.listen()
  await vi.waitUntil(() => listener.notifications.awareness === 'listening', { timeout: 60_000 })
  expect({ connections, most }).toEqual({ connections: 1, most: 1 })
})
