import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { createLoopbackServer, startCliWorker } from '@cgk-platform/jobs-trigger/loopback'

import { whyNoProject } from './find-config.ts'

// ./dev trigger-offline [project folder]: the tasks of a project in the worker of Trigger.dev's own CLI, without an account.
const [startedIn = '.', folder] = process.argv.slice(2)
const repository = resolve(import.meta.dirname, '../..')
const example = join(repository, 'examples/trigger-worker')
const projectDir = folder === undefined ? example : resolve(startedIn, folder)
/** Both are the same each time, so that what was set for a sender goes on to hold. */
const port = Number(process.env['PORT'] || 8031)
const secretKey = 'tr_dev_offline'

const reason = whyNoProject(projectDir)
if (reason !== undefined) end(2, reason)
await serve().catch((error: NodeJS.ErrnoException) => end(1, wordsOf(error)))

async function serve(): Promise<never> {
  const server = await createLoopbackServer({ port, secretKey })
  // Where the processes of the example share what they keep; other projects need not know of it.
  const data = mkdtempSync(join(tmpdir(), 'trigger-offline-'))
  process.once('exit', () => rmSync(data, { recursive: true, force: true }))
  const asked = untilAskedToEnd()
  console.log(`The CLI builds ${projectDir} and starts its worker: some ten seconds.`)
  const worker = await Promise.race([
    startCliWorker({
      server,
      projectDir,
      inPlace: true,
      env: { STOREFRONT_DATA: process.env['STOREFRONT_DATA'] || data },
      // The runs, and what they log: there is no dashboard that would show them.
      onOutput: (text) => process.stdout.write(text),
    }),
    asked.then(() => end(0, 'Ended.')),
  ])
  console.log(instructions(server.url))
  const isAsked = await Promise.race([asked, worker.ended.then(() => false)])
  await worker.close()
  return isAsked
    ? end(0, 'Ended.')
    : end(1, 'The CLI has ended by itself. A second one that is started in the same folder does that to the first.')
}

function instructions(url: string): string {
  return `
Local worker ready; it builds again after each change. Whoever sends needs these two, in its environment or its .env:

  export TRIGGER_API_URL=${url}
  export TRIGGER_SECRET_KEY=${secretKey}
${projectDir === example ? `\nWith both set, for example: ${repository}/dev run ${example}/src/send-orders.ts 20` : ''}
Ctrl-C ends it. Runs are kept in memory, and go with it. Below is what the CLI prints.
`
}

function wordsOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE')
    return `The port ${port} is taken, perhaps by the same command: end that, or name another port for another project: PORT=8032 ./dev trigger-offline${folder === undefined ? '' : ` ${projectDir}`}`
  return message.replace(/^.*Ask Trigger about this error.*\n/m, '') // a link of screens' length to this server
}

/** Answers true; a second signal ends this process at once. */
function untilAskedToEnd(): Promise<true> {
  return new Promise((ask) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        ask(true)
        process.once(signal, () => process.exit(1))
      })
    }
  })
}

/** Ends this process; what it started goes with it. */
function end(exitCode: number, word: string): never {
  if (exitCode === 0) console.log(word)
  else console.error(word)
  process.exit(exitCode)
}
