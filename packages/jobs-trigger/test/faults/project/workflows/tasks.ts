import { existsSync } from 'node:fs'

import { defineJob, defineWorkflow, type JobContext, NonRetryableError, type Steps } from '@cgk-platform/jobs-core'
import type { Work } from '@cgk-platform/test-kit/work'

import { createTriggerTasks } from '../../../../src/tasks.ts'
import { record, waitForGate } from '../../../kit/journal.ts'
import '../events.ts'
import { journalLogger } from '../journal-logger.ts'
import type { WorkflowScript } from '../workflow-script.ts'

type Step = Steps<'work.asked'>
type Compensation = () => void

/** Timeout of waits for events that a test sends. On a busy machine they arrive late. */
const timeout = '2m'
const retry = { maxAttempts: 3, backoff: 'fixed', initialDelay: 100 } as const

/** Runs the steps of a scripted workflow. */
class Flow {
  readonly script: WorkflowScript
  readonly step: Step
  readonly context: JobContext
  readonly number: number | undefined

  constructor({ data, number }: Work, step: Step, context: JobContext) {
    this.script = data as WorkflowScript
    this.step = step
    this.context = context
    this.number = number
  }

  /** Runs a step that records its start and its end. */
  do(name: string, more: { fails?: boolean; compensation?: Compensation } = {}): Promise<string> {
    const { jobId, attempt: runAttempt } = this.context
    const gated = async (label: string, signal: AbortSignal): Promise<void> => {
      record(label, { jobId, step: name, runAttempt })
      const gate = this.script.gates?.[`${label} ${name}`]
      if (gate !== undefined) await waitForGate(gate, signal)
    }
    return this.step.run(
      name,
      async ({ signal }) => {
        await gated('begun', signal)
        if (more.fails) throw new NonRetryableError(`${name} fails`)
        record('ended', { jobId, step: name, runAttempt })
        return `${name} done`
      },
      more.compensation && { compensate: async (_output, { signal }) => gated('compensated', signal) },
    )
  }

  exitIfScripted(): void {
    if (this.script.exitIn?.includes(this.context.attempt)) process.exit(3)
  }
}

const flows: Record<WorkflowScript['flow'], (flow: Flow) => Promise<unknown>> = {
  async steps(flow) {
    const first = await flow.do('first')
    flow.exitIfScripted()
    return [first, await flow.do('second'), await flow.do('third')]
  },
  async sleeps(flow) {
    const first = await flow.do('first')
    await flow.step.sleep('nap', flow.script.sleepMs ?? 6000)
    return [first, await flow.do('second')]
  },
  async waits(flow) {
    const first = await flow.do('first')
    const { waitMs = timeout } = flow.script
    const answer = await flow.step.waitForEvent('answer', 'work.followed', { match: 'number', timeout: waitMs })
    return [first, answer?.payload.data ?? null, await flow.do('second')]
  },
  async races({ step }) {
    const wait = (id: string) => step.waitForEvent(id, 'work.followed', { timeout })
    const [one, other] = await Promise.all([wait('one'), wait('other'), step.sleep('nap', 7000)])
    return [one?.payload.data ?? null, other?.payload.data ?? null]
  },
  async beats(flow) {
    const wait = flow.step.waitForEvent('answer', 'work.followed', { match: 'number', timeout })
    const won = await Promise.race([flow.do('first'), wait.then((event) => event?.payload.data ?? null)])
    return [won, await flow.do('second')]
  },
  async compensates(flow) {
    const compensation = (): void => undefined
    await flow.do('first', { compensation })
    await flow.do('second', { compensation })
    await flow.do('third', { fails: true })
  },
  async calls(flow) {
    const gate = flow.script.gates?.['before call']
    if (gate !== undefined) await flow.do('before', { fails: !existsSync(gate) })
    const output = await flow.step.runJob('call', counted, {
      tenantId: flow.context.tenantId,
      number: flow.number ?? 1,
      data: { gate: flow.script.gates?.['in call'] },
    })
    return [output, await flow.do('second')]
  },
  async fills(flow) {
    const fill = (name: string) => flow.step.run(name, () => 'é'.repeat(flow.script.characters ?? 0))
    for (const name of ['one', 'two', 'three', 'four', 'five', 'six']) await fill(name)
  },
}

const counted = defineJob({
  id: 'counted',
  event: 'work.counted',
  retry,
  async handler({ payload }, { jobId, signal }) {
    record('handled', { jobId, number: payload.number })
    const { gate } = (payload.data ?? {}) as { gate?: string }
    if (gate !== undefined) await waitForGate(gate, signal)
    if (payload.number === 13) await new Promise((resolve) => void setTimeout(resolve, 60_000))
    return (payload.number ?? 0) * 2
  },
})

const flow = defineWorkflow({
  id: 'flow',
  event: 'work.asked',
  retry,
  async steps({ payload }, step, context) {
    record('replayed', { jobId: context.jobId, runAttempt: context.attempt })
    const scripted = new Flow(payload, step, context)
    return flows[scripted.script.flow](scripted)
  },
  onFailure: (error, _event, { jobId }) => record('onFailure', { jobId, name: error.name }),
})

createTriggerTasks({ jobs: [counted, flow], logger: journalLogger })
