import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

import { DemoEngineError } from './demo-engine.ts'
import type { Screen } from './screen.ts'

const program = fileURLToPath(new URL('postgres-process.ts', import.meta.url))

/** Sets `DATABASE_URL` to a PostgreSQL with its data in a folder, unless it is set. Returns a function that stops it. */
export async function providePostgres(folder: string, screen: Screen): Promise<() => Promise<void>> {
  if (process.env['DATABASE_URL']) return async () => undefined
  mkdirSync(folder, { recursive: true })
  // A group of its own: Ctrl-C in the terminal stops the jobs first.
  const server = fork(program, [resolve(join(folder, 'postgres'))], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const exited = once(server, 'exit')
  const printed = text(server.stderr!)
  const [url] = (await Promise.race([once(server, 'message'), exited])) as unknown[]
  if (typeof url !== 'string') {
    const problem = `PostgreSQL did not start. Set \`DATABASE_URL\` to use another one.\n${await printed}`
    throw new DemoEngineError(problem)
  }
  process.env['DATABASE_URL'] = url
  screen.line(`PostgreSQL has started: ${url}`)
  return async () => {
    server.disconnect()
    await exited
  }
}
