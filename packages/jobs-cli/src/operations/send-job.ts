import { readFileSync } from 'node:fs'
import { text as textOf } from 'node:stream/consumers'

import type { JobHandle } from '@cgk-platform/jobs-core'
import { invalidOption } from '@cgk-platform/jobs-core/provider'
import { escapeInvisible } from '@cgk-platform/jobs-core/tools'

import { toJson } from '../terminal/to-json.ts'
import type { OperationContext, OperationFlags } from './run-operation.ts'
import { scopeOf } from './scope-of.ts'

/** The flags of `send`. */
export interface SendFlags extends OperationFlags {
  readonly tenant?: string
  readonly delay?: string
  readonly key?: string
  readonly reference?: string[]
}

/** Sends an event. */
export async function sendJob(
  event: string,
  payload: string,
  flags: SendFlags,
  { client, output }: OperationContext,
): Promise<void> {
  const { tenant, delay, key, reference, json = false } = flags
  // An event of the command line has no type. The client checks its name and its payload.
  const send = scopeOf(client, tenant).sendJob as (...job: unknown[]) => Promise<JobHandle>
  const job = await send(event, parse(await readPayload(payload)), {
    ...(delay !== undefined && { delay }),
    ...(key !== undefined && { idempotencyKey: key }),
    ...(reference !== undefined && { reference }),
  })
  await output.write(json ? `${toJson(job)}\n` : `${escapeInvisible(job.id)}\n`)
  if (json) return
  const what = `\`${escapeInvisible(job.event)}\` of \`${escapeInvisible(job.tenantId)}\``
  output.note(job.deduplicated ? `${what} was already sent with this key.` : `Sent ${what}.`)
}

/** Reads the payload: JSON, `@` with a file, or `-` for stdin. */
async function readPayload(given: string): Promise<string> {
  if (given === '-') return textOf(process.stdin)
  if (!given.startsWith('@')) return given
  try {
    return readFileSync(given.slice(1), 'utf8')
  } catch (error) {
    throw invalidOption('payload', `names a file that cannot be read: ${(error as Error).message}`, 'Correct the path.')
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    throw invalidOption('payload', `is not JSON: ${(error as Error).message}`, 'Pass JSON, such as `\'{"id":1}\'`.')
  }
}
