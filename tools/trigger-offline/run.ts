import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { createLoopbackServer, startCliWorker } from '@cgk-platform/trigger-loopback'

import { findProblem } from './find-problem.ts'

// Runs the tasks of a project in the worker of Trigger.dev's CLI, without an account: ./dev trigger-offline [folder]
const [startedIn = '.', folder] = process.argv.slice(2)
const repository = resolve(import.meta.dirname, '../..')
const example = join(repository, 'examples/trigger-worker')
const projectDir = folder === undefined ? example : resolve(startedIn, folder)
/** Port and key are the same each time, so that the environment of a sender stays valid. */
const port = Number(process.env['PORT'] || 8031)
const secretKey = 'tr_dev_offline'

const reason = findProblem(projectDir)
if (reason !== undefined) end(2, reason)
await serve().catch((error: NodeJS.ErrnoException) => end(1, describeError(error)))

async function serve(): Promise<never> {
  const server = await createLoopbackServer({ port, secretKey })
  // The processes of the example share their data in this folder. Other projects ignore it.
  const data = mkdtempSync(join(tmpdir(), 'trigger-offline-'))
  process.once('exit', () => rmSync(data, { recursive: true, force: true }))
  const stopped = untilStopped()
  console.log(`The CLI builds ${projectDir} and starts its worker. This takes about ten seconds.`)
  const worker = await Promise.race([
    startCliWorker({
      server,
      projectDir,
      inPlace: true,
      env: { STOREFRONT_DATA: process.env['STOREFRONT_DATA'] || data },
      // Runs and logs, because there is no dashboard to show them.
      onOutput: (text) => process.stdout.write(text),
    }),
    stopped.then(() => end(0, 'Stopped.')),
  ])
  console.log(instructions(server.url))
  const isStopped = await Promise.race([stopped, worker.ended.then(() => false)])
  await worker.close()
  return isStopped
    ? end(0, 'Stopped.')
    : end(1, 'The CLI exited unexpectedly. A second CLI that starts in the same folder stops the first one.')
}

function instructions(url: string): string {
  return `
Local worker ready. It rebuilds after each change. Set both variables for every process that sends jobs, such as in .env:

  export TRIGGER_API_URL=${url}
  export TRIGGER_SECRET_KEY=${secretKey}
${projectDir === example ? `\nThen send jobs, for example: ${repository}/dev run ${example}/src/send-orders.ts 20` : ''}
Press Ctrl-C to stop. Runs are stored in memory and are lost then. The output of the CLI follows.
`
}

function describeError({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use, perhaps by this command. Stop that process, or use another port: PORT=8032 ./dev trigger-offline${folder === undefined ? '' : ` ${projectDir}`}`
  return message.replace(/^.*Ask Trigger about this error.*\n/m, '') // a very long link with a question to Trigger.dev
}

/** Resolves on the first signal. A second one exits this process immediately. */
function untilStopped(): Promise<true> {
  return new Promise((resolveStopped) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        resolveStopped(true)
        process.once(signal, () => process.exit(1))
      })
    }
  })
}

/** Prints a message and exits. Child processes exit with this one. */
function end(exitCode: number, message: string): never {
  if (exitCode === 0) console.log(message)
  else console.error(message)
  process.exit(exitCode)
}
