import type { WorkerInfo } from '@cgk-platform/jobs-core/inspect'

import { formatDistance } from '../terminal/format-distance.ts'
import { renderTable } from '../terminal/render-table.ts'
import { toJson } from '../terminal/to-json.ts'
import type { OperationContext, OperationFlags } from './run-operation.ts'

/** Lists the processes that run jobs. */
export async function listWorkers(
  { json = false }: OperationFlags,
  { client, output }: OperationContext,
): Promise<void> {
  const workers = await client.inspect.listWorkers()
  if (json) return output.write(`${toJson(workers, 2)}\n`)
  if (workers.length === 0) return output.note('No worker is running.')
  const now = Date.now()
  await output.write(
    renderTable<WorkerInfo>(
      workers,
      [
        { title: 'WORKER', text: ({ id }) => id, isWhole: true },
        { title: 'HOST', text: ({ host }) => host },
        { title: 'PID', text: ({ pid }) => pid, isWhole: true },
        { title: 'SINCE', text: ({ since }) => since && formatDistance(since, now) },
        { title: 'SEEN', text: ({ lastSeenAt }) => lastSeenAt && formatDistance(lastSeenAt, now) },
        { title: 'RUNNING', text: ({ running }) => running },
        { title: 'DEFINITIONS', text: ({ definitionIds }) => definitionIds.join(', ') },
      ],
      output,
    ),
  )
}
