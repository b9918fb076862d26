import type { JobDetails } from '@cgk-platform/jobs-core/inspect'

import { toJson } from '../terminal/to-json.ts'
import { renderJob } from './render-job.ts'
import type { OperationContext, OperationFlags } from './run-operation.ts'
import { scopeOf } from './scope-of.ts'
import { withoutPayloads } from './without-payloads.ts'

/** The flags of `show`. */
export interface ShowFlags extends OperationFlags {
  readonly tenant?: string
  readonly payload?: boolean
}

/** Prints everything that the engine knows about a job. */
export async function showJob(
  id: string,
  { tenant, payload = false, json = false }: ShowFlags,
  { client, output }: OperationContext,
): Promise<void> {
  const found = await scopeOf(client, tenant).inspect.getJob(id)
  const job: JobDetails = payload ? found : withoutPayloads(found)
  await output.write(json ? `${toJson(job, 2)}\n` : renderJob(job, output, Date.now()))
  if (!payload && !json) output.note('Payload and outputs are hidden. Add `--payload` to see them.')
}
