import type { JobContext } from '../../src/jobs/job-context.ts'
import { defineJob } from '../../src/jobs/define-job.ts'
import type { StepContext, Steps } from '../../src/jobs/steps.ts'
import type { CrashingWorld, Replay } from './crashing-world.ts'
import { hasBranches, type Op, type Ops, type Program } from './program.ts'

/** The dependencies of a program. */
interface ProgramTools {
  readonly step: Steps<'order.created'>
  readonly context: JobContext
  readonly world: CrashingWorld
  /** The current replay. Once it is dead, nothing that its code does counts. */
  readonly replay: Replay
}

/** Plays a program as the code of a workflow, with real steps whose work is recorded. */
export async function playProgram({ ops, throws }: Program, tools: ProgramTools): Promise<unknown[]> {
  const { attempt } = tools.context
  if (!throws || attempt > throws.attempts) return sequence(ops, '', tools)
  await sequence(ops.slice(0, throws.before), '', tools)
  throw new Error('thrown')
}

async function sequence(ops: Ops, suffix: string, tools: ProgramTools): Promise<unknown[]> {
  const values: unknown[] = []
  for (const op of ops) values.push(...(await perform(op, values.at(-1), suffix, tools)))
  return values
}

async function perform(op: Op, last: unknown, suffix: string, tools: ProgramTools): Promise<unknown[]> {
  const { step } = tools
  switch (op.do) {
    case 'run':
      return [await runStep(op, suffix, tools)]
    case 'sleep':
      await step.sleep(op.id + suffix, op.ms)
      return []
    case 'wait': {
      const timeout = op.answer === undefined ? op.ms : waitLimitMs
      const event = await step.waitForEvent(op.id + suffix, 'order.refunded', { timeout, match: 'orderId' })
      return [event && Number(event.payload.reason)]
    }
    case 'job':
      return [await step.runJob(op.id + suffix, awaitedJob, { orderId: op.id })]
    case 'all':
    case 'race':
      return [await playBranches(op, suffix, tools)]
    case 'times': {
      const values: unknown[] = []
      for (let iteration = 0; iteration < op.count; iteration++) {
        values.push(...(await sequence(op.body, hasBranches(op.body) ? `${suffix}.${iteration}` : suffix, tools)))
      }
      return values
    }
    case 'if':
      return sequence(last === 1 ? op.then : op.else, suffix, tools)
    case 'catch':
      try {
        return await sequence(op.body, suffix, tools)
      } catch (error) {
        return [`caught ${failedStep(error)}`]
      }
  }
}

/** Longer than the delay of any event. */
const waitLimitMs = 10_000

const awaitedJob = defineJob({ id: 'awaited-job', event: 'order.created', handler: () => 0 })

/** Returns the step that caused an error. */
function failedStep(error: unknown): string {
  return (error as { stepId?: string }).stepId ?? (error as Error).message
}

async function playBranches(
  { do: kind, id, branches }: Extract<Op, { do: 'all' | 'race' }>,
  suffix: string,
  tools: ProgramTools,
): Promise<unknown> {
  const { world, replay } = tools
  let first = -1
  const choose = (place: number): void => {
    if (first === -1) first = place
  }
  const started = branches.map(async (branch, place) => {
    try {
      const values = await sequence(branch, suffix, tools)
      if (kind === 'race') choose(place)
      return values
    } catch (error) {
      choose(place)
      throw error
    }
  })
  try {
    const values = kind === 'all' ? await Promise.all(started) : await Promise.race(started)
    // A race returns the values of its winner.
    return values
  } finally {
    world.choose(replay, id + suffix, first)
  }
}

async function runStep(op: Extract<Op, { do: 'run' }>, suffix: string, tools: ProgramTools): Promise<number> {
  const { world, replay } = tools
  const { ms, value, failures, maxAttempts, retryMs, compensation } = op
  const work = async (
    key: 'step' | 'compensation',
    fails: number,
    forMs: number,
    context: StepContext,
  ): Promise<void> => {
    await world.start(replay, key, context)
    await world.wait(replay, forMs)
    // A crash can use up the attempts of work that never succeeds.
    if (context.attempt <= fails || fails >= context.maxAttempts) throw new Error(`broke at attempt ${context.attempt}`)
    await world.complete(replay, key, context)
  }
  const output = await tools.step.run(
    op.id + suffix,
    async (context) => {
      await work('step', failures, ms, context)
      return { value, seenBy: [] as string[] }
    },
    {
      retry: { maxAttempts, backoff: 'fixed', initialDelay: retryMs },
      // No spread, because the type of `done` would not be inferred.
      compensate: compensation
        ? async (done, context) => {
            if (done.value !== value || done.seenBy.length > 0)
              world.reportError(`The compensation of \`${op.id}\` received another output.`)
            await work('compensation', compensation.failures, compensation.ms, context)
          }
        : undefined,
    },
  )
  if (output.seenBy.length > 0) world.reportError(`\`${op.id}\` returned an output that the code had changed.`)
  output.seenBy.push('the code') // a copy: no record may contain it
  return output.value
}
