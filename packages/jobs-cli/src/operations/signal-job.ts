import { escapeInvisible } from '@cgk-platform/jobs-core/tools'

import { toJson } from '../terminal/to-json.ts'
import { readPayload } from './read-payload.ts'
import type { OperationContext, OperationFlags } from './run-operation.ts'
import { scopeOf } from './scope-of.ts'

/** The flags of `signal`. */
export interface SignalFlags extends OperationFlags {
  readonly tenant?: string
  readonly key?: string
}

/** Sends a signal to a job. */
export async function signalJob(
  id: string,
  name: string,
  payload: string,
  { tenant, key, json = false }: SignalFlags,
  { client, output }: OperationContext,
): Promise<void> {
  const options = key === undefined ? {} : { idempotencyKey: key }
  await scopeOf(client, tenant).signalJob(id, name, await readPayload(payload), options)
  if (json) await output.write(`${toJson({ jobId: id, signal: name })}\n`)
  else output.note(`Sent \`${escapeInvisible(name)}\` to \`${escapeInvisible(id)}\`.`)
}
