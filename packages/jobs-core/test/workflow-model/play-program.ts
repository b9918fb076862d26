import type { JobContext } from '../../src/jobs/job-context.ts'
import { defineJob } from '../../src/jobs/define-job.ts'
import type { StepContext, Steps } from '../../src/workflows/steps.ts'
import type { CrashingWorld, Pass } from './crashing-world.ts'
import { hasBranches, type Op, type Ops, type Program } from './program.ts'

/** What the code of a workflow is played with. */
interface Parts {
  readonly step: Steps<'order.created'>
  readonly context: JobContext
  readonly world: CrashingWorld
  /** The pass that the code is played in: once it is dead, nothing that its code does counts. */
  readonly pass: Pass
}

/** The code of the program: the real steps, with works that note what they do. */
export async function playProgram({ ops, throws }: Program, parts: Parts): Promise<unknown[]> {
  const { attempt } = parts.context
  if (!throws || attempt > throws.attempts) return sequence(ops, '', parts)
  await sequence(ops.slice(0, throws.before), '', parts)
  throw new Error('thrown')
}

async function sequence(ops: Ops, suffix: string, parts: Parts): Promise<unknown[]> {
  const values: unknown[] = []
  for (const op of ops) values.push(...(await perform(op, values.at(-1), suffix, parts)))
  return values
}

async function perform(op: Op, last: unknown, suffix: string, parts: Parts): Promise<unknown[]> {
  const { step } = parts
  switch (op.do) {
    case 'run':
      return [await runStep(op, suffix, parts)]
    case 'sleep':
      await step.sleep(op.id + suffix, op.ms)
      return []
    case 'wait': {
      const timeout = op.answer === undefined ? op.ms : patienceMs
      const event = await step.waitForEvent(op.id + suffix, 'order.refunded', { timeout, match: 'orderId' })
      return [event && Number(event.payload.reason)]
    }
    case 'job':
      return [await step.runJob(op.id + suffix, awaitedJob, { orderId: op.id })]
    case 'all':
    case 'race':
      return [await playBranches(op, suffix, parts)]
    case 'times': {
      const values: unknown[] = []
      for (let pass = 0; pass < op.count; pass++) {
        values.push(...(await sequence(op.body, hasBranches(op.body) ? `${suffix}.${pass}` : suffix, parts)))
      }
      return values
    }
    case 'if':
      return sequence(last === 1 ? op.then : op.else, suffix, parts)
    case 'catch':
      try {
        return await sequence(op.body, suffix, parts)
      } catch (error) {
        return [`caught ${failedStep(error)}`]
      }
  }
}

/** Longer than any event takes that comes. */
const patienceMs = 10_000

const awaitedJob = defineJob({ id: 'awaited-job', event: 'order.created', handler: () => 0 })

/** The step that an error of the code came of. */
function failedStep(error: unknown): string {
  return (error as { stepId?: string }).stepId ?? (error as Error).message
}

async function playBranches(
  { do: kind, id, branches }: Extract<Op, { do: 'all' | 'race' }>,
  suffix: string,
  parts: Parts,
): Promise<unknown> {
  const { world, pass } = parts
  let first = -1
  const choose = (place: number): void => {
    if (first === -1) first = place
  }
  const begun = branches.map(async (branch, place) => {
    try {
      const values = await sequence(branch, suffix, parts)
      if (kind === 'race') choose(place)
      return values
    } catch (error) {
      choose(place)
      throw error
    }
  })
  try {
    const values = kind === 'all' ? await Promise.all(begun) : await Promise.race(begun)
    // A race answers as its branch does: with a list of the values.
    return values
  } finally {
    world.choose(pass, id + suffix, first)
  }
}

async function runStep(op: Extract<Op, { do: 'run' }>, suffix: string, parts: Parts): Promise<number> {
  const { world, pass } = parts
  const { ms, value, failures, maxAttempts, retryMs, compensation } = op
  const work = async (
    key: 'step' | 'compensation',
    fails: number,
    forMs: number,
    context: StepContext,
  ): Promise<void> => {
    await world.begin(pass, key, context)
    await world.wait(pass, forMs)
    // A crash may use up the attempts of what never succeeds.
    if (context.attempt <= fails || fails >= context.maxAttempts) throw new Error(`broke at attempt ${context.attempt}`)
    await world.complete(pass, key, context)
  }
  const output = await parts.step.run(
    op.id + suffix,
    async (context) => {
      await work('step', failures, ms, context)
      return { value, seenBy: [] as string[] }
    },
    {
      retry: { maxAttempts, backoff: 'fixed', initialDelay: retryMs },
      // No spread, in which the type of `done` would not be inferred.
      compensate: compensation
        ? async (done, context) => {
            if (done.value !== value || done.seenBy.length > 0)
              world.fault(`The compensation of \`${op.id}\` got another output.`)
            await work('compensation', compensation.failures, compensation.ms, context)
          }
        : undefined,
    },
  )
  if (output.seenBy.length > 0) world.fault(`\`${op.id}\` answered what the code had made of its output.`)
  output.seenBy.push('the code') // its own copy: no record may show it
  return output.value
}
