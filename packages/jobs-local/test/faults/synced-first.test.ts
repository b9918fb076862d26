import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { expect, test } from 'vitest'

import { readsTypeScript } from '../kit/run-node.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'

const run = promisify(execFile)

/** A killed process loses nothing that the system has; only the calls of the system tell what a power cut would leave. */
const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0

const program = `
  import { writeSync } from 'node:fs'
  import { createJobClient, defineJob } from '@cgk-platform/jobs-local'
  const job = defineJob({ id: 'work', event: 'analytics.track', handler: () => say('handled') })
  const say = (what) => writeSync(1, what + '\\n')
  const config = { store: 'sqlite', path: process.env.JOBS_PATH }
  const client = createJobClient({ provider: 'local', config, jobs: [job] })
  await client.healthCheck()
  for (let number = 0; number < 20; number++) {
    say('send')
    const { id } = await client.sendJob('analytics.track', { tenantId: 'acme', event: 'x' })
    say('answered')
    await client.waitForJob(id)
    say('ended')
  }
  await client.close()
`

test.runIf(readsTypeScript && canTrace)(
  'the log is synced between a send and its answer, and between a handler and its end',
  async ({ onTestFinished }) => {
    const { path, folder, remove } = createTemporaryFile()
    onTestFinished(remove)
    const trace = join(folder, 'trace')
    const flags = ['--conditions=@cgk-platform/source', '--no-warnings', '--input-type=module', '--eval', program]
    await run(
      'strace',
      ['-f', '-y', '-e', 'trace=write,pwrite64,fsync,fdatasync', '-o', trace, process.execPath, ...flags],
      {
        cwd: fileURLToPath(new URL('../../', import.meta.url)),
        env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'], JOBS_PATH: path },
      },
    )
    // What was said, what was written into the log (w) and what of it was synced (s), in the order in which it was done.
    const words: Record<string, string> = { send: 'S', handled: 'H', answered: 'A', ended: 'E' }
    const order = wholeCalls(readFileSync(trace, 'utf8'))
      .map((call) => {
        const said = / write\(1<.*>, "(\w+)\\n"/.exec(call)?.[1]
        if (said !== undefined) return words[said] ?? ''
        if (!call.includes(`<${path}-wal>`)) return ''
        return call.includes(' pwrite64(') ? 'w' : /sync\(.*= 0$/.test(call) ? 's' : ''
      })
      .join('')
    const rounds = order.split('S').slice(1)
    expect(rounds).toHaveLength(20)
    for (const round of rounds) {
      // No answer is given, and no end told, while something written is not synced.
      expect(round).toMatch(/^[^A]*ws+[^w]*A/)
      expect(round).toMatch(/H[^E]*ws+[^w]*E/)
    }
  },
)

/** The calls of a trace, in the order in which they ended: one that another thread came between stands in two lines. */
function wholeCalls(trace: string): string[] {
  const begun = new Map<string, string>()
  return trace.split('\n').flatMap((line) => {
    const [pid = ''] = line.split(' ')
    const [beginning, isUnfinished] = line.split('<unfinished ...>')
    if (isUnfinished !== undefined) {
      begun.set(pid, beginning!)
      return []
    }
    const [, end] = line.split(' resumed>')
    return end === undefined ? [line] : [`${begun.get(pid) ?? ''}${end}`]
  })
}
