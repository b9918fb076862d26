import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

import type { Script } from './scripts.ts'

/** The services that a script needs. */
export interface Stage {
  readonly signal: AbortSignal
  /** Sends a job, or triggers a task, with a long delay. */
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
      record('blocks')
      while (Date.now() < begunAt + ms);
      return 'too late'
    case 'take time':
      await sleep(ms)
      return { begunAt, endedAt: Date.now() }
    case 'return an empty string':
      return ''
    case 'send and wait': {
      record(`sent ${await send()}`)
      await sleep(60_000, undefined, { signal }).catch(() => undefined)
    }
  }
}

/** Writes a line for the test, which runs in another process. */
export function record(line: string): void {
  appendFileSync(process.env['NOTES']!, `${line}\n`)
}
