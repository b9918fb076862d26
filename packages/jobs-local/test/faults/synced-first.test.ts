import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { expect, test } from 'vitest'

import { readsTypeScript } from '../kit/run-node.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'

const run = promisify(execFile)

/** A killed process loses no data that the system has. Only a trace of system calls shows what survives a power cut. */
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
  'the log is synced before a send resolves and before a run is reported as ended',
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
    // The output, the writes to the log (w) and their syncs (s), in order.
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
      // Nothing is reported while a write is not synced.
      expect(round).toMatch(/^[^A]*ws+[^w]*A/)
      expect(round).toMatch(/H[^E]*ws+[^w]*E/)
    }
  },
)

/** Returns the calls of a trace in the order of their end. A call that another thread interrupts spans two lines. */
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
