'use client'

import { type ReactNode, useState, useTransition } from 'react'

import { type ActionResult, cancelOrder, retryOrder } from './actions.ts'
import { RunRow } from './run-row.tsx'
import { useJob } from './use-job.ts'

/** An order with the state of its job. */
export function OrderCard(order: { id: string; jobId: string; customer: string; total: string }): ReactNode {
  const { job, problem, reload } = useJob(order.jobId)
  const [result, setResult] = useState<ActionResult>({})
  const [isBusy, startTransition] = useTransition()
  const state = job?.state ?? 'sent'
  const titleId = `order-${order.id}`

  const act = (action: (jobId: string) => Promise<ActionResult>) => () =>
    startTransition(async () => {
      setResult(await action(order.jobId))
      reload()
    })

  return (
    <article className="panel" aria-labelledby={titleId}>
      <header>
        <h2 id={titleId}>Order {order.id.slice(0, 8)}</h2>
        <span role="status" className={`state ${state}`}>
          {state}
        </span>
      </header>
      <p className="facts">
        {order.total} from {order.customer}
        {state === 'scheduled' && job?.scheduledFor && `, starts at ${timeOf(job.scheduledFor)}`}
      </p>
      <ul className="runs">
        {job?.runs.map((run) => (
          <RunRow key={run.id} run={run} />
        ))}
      </ul>
      {(problem ?? result.problem) && (
        <p role="alert" className="problem">
          {problem ?? result.problem}
        </p>
      )}
      <footer>
        <button
          type="button"
          aria-describedby={titleId}
          onClick={act(cancelOrder)}
          disabled={isBusy || !job || job.ended}
        >
          Cancel
        </button>
        <button
          type="button"
          aria-describedby={titleId}
          onClick={act(retryOrder)}
          disabled={isBusy || state !== 'failed'}
        >
          Retry
        </button>
      </footer>
    </article>
  )
}

function timeOf(iso: string): string {
  return new Date(iso).toLocaleTimeString('en-GB')
}
