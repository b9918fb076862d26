import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

import type { Script } from './scripts.ts'

/** What a script needs of whoever performs it. */
export interface Stage {
  readonly signal: AbortSignal
  /** Sends another job, or triggers another task, for much later. */
  send(): Promise<string>
}

/** Performs a script. */
export async function perform({ does, ms = 0 }: Script, { signal, send }: Stage): Promise<unknown> {
  const begunAt = Date.now()
  switch (does) {
    case 'fail':
      throw Object.assign(new RangeError('no', { cause: new TypeError('why') }), { code: 'no_more' })
    case 'fail hugely':
      throw Object.assign(new RangeError('x'.repeat(300_000)), { code: 'no_more' })
    case 'exit':
      return process.exit(3)
    case 'block':
      note('blocks')
      while (Date.now() < begunAt + ms);
      return 'too late'
    case 'take time':
      await sleep(ms)
      return { begunAt, endedAt: Date.now() }
    case 'return an empty text':
      return ''
    case 'send and wait': {
      note(`sent ${await send()}`)
      await sleep(60_000, undefined, { signal }).catch(() => undefined)
    }
  }
}

/** Leaves word for the test, which is in another process. */
export function note(line: string): void {
  appendFileSync(process.env['NOTES']!, `${line}\n`)
}
