import type { JobHandle } from '@cgk-platform/jobs-core'
import { escapeInvisible } from '@cgk-platform/jobs-core/tools'

import { toJson } from '../terminal/to-json.ts'
import { readPayload } from './read-payload.ts'
import type { OperationContext, OperationFlags } from './run-operation.ts'
import { scopeOf } from './scope-of.ts'

/** The flags of `send`. */
export interface SendFlags extends OperationFlags {
  readonly tenant?: string
  readonly delay?: string
  readonly key?: string
  readonly reference?: string[]
  readonly rerunOf?: string
}

/** Sends an event. */
export async function sendJob(
  event: string,
  payload: string,
  flags: SendFlags,
  { client, output }: OperationContext,
): Promise<void> {
  const { tenant, delay, key, reference, rerunOf, json = false } = flags
  // An event of the command line has no type. The client checks its name and its payload.
  const send = scopeOf(client, tenant).sendJob as (...job: unknown[]) => Promise<JobHandle>
  const job = await send(event, await readPayload(payload), {
    ...(delay !== undefined && { delay }),
    ...(key !== undefined && { idempotencyKey: key }),
    ...(reference !== undefined && { reference }),
    ...(rerunOf !== undefined && { rerunOf }),
  })
  await output.write(json ? `${toJson(job)}\n` : `${escapeInvisible(job.id)}\n`)
  if (json) return
  const what = `\`${escapeInvisible(job.event)}\` of \`${escapeInvisible(job.tenantId)}\``
  output.note(job.deduplicated ? `${what} was already sent with this key.` : `Sent ${what}.`)
}
