import { hasBranches, type Op, type Ops, type Program, runAttempts } from './program.ts'

/** The expected result of a program. */
export interface Expected {
  readonly end:
    | { readonly type: 'completed'; readonly output: unknown }
    | { readonly type: 'failed'; readonly of: string }
  /** The steps that complete. `possible` has those in branches that the code does not await. */
  readonly certain: ReadonlyMap<string, Op>
  readonly possible: ReadonlyMap<string, Op>
}

/**
 * The end of a part of a program. `unknown`: it lost a race or ran next to a failed branch, so its progress is unknown.
 */
type End =
  | { readonly type: 'ok'; readonly values: readonly unknown[] }
  | { readonly type: 'failed'; readonly of: string }
  | { readonly type: 'unknown' }

interface Model {
  /**
   * The branch that won a race or failed first; -1 if none. It depends only on time, so it is an input of the model.
   */
  readonly choices: ReadonlyMap<string, number>
  readonly counts: Map<string, number>
  readonly certain: Map<string, Op>
  readonly possible: Map<string, Op>
}

/** Interprets a program without records, replays and crashes. */
export function expectedOf({ ops, throws }: Program, choices: ReadonlyMap<string, number>): Expected {
  const model: Model = { choices, counts: new Map(), certain: new Map(), possible: new Map() }
  const before = throws && throws.attempts >= runAttempts ? Math.min(throws.before, ops.length) : undefined
  const end = sequence(before === undefined ? ops : ops.slice(0, before), '', true, model)
  if (end.type === 'unknown') throw new Error('The end of the main sequence is unknown.')
  const { certain, possible } = model
  if (end.type === 'failed') return { end, certain, possible }
  if (before !== undefined) return { end: { type: 'failed', of: 'thrown' }, certain, possible }
  return { end: { type: 'completed', output: end.values }, certain, possible }
}

function sequence(ops: Ops, suffix: string, isCertain: boolean, model: Model): End {
  const values: unknown[] = []
  for (const op of ops) {
    const end = perform(op, values.at(-1), suffix, isCertain, model)
    if (end.type !== 'ok') return end
    values.push(...end.values)
  }
  return { type: 'ok', values }
}

function perform(op: Op, last: unknown, suffix: string, isCertain: boolean, model: Model): End {
  switch (op.do) {
    case 'run': {
      const key = keyOf(op.id + suffix, model)
      if (op.failures >= op.maxAttempts) return { type: 'failed', of: key }
      ;(isCertain ? model.certain : model.possible).set(key, op)
      return ok(op.value)
    }
    case 'sleep':
      return ok()
    case 'wait':
      return ok(op.answer ?? null)
    case 'job': {
      const key = keyOf(op.id + suffix, model)
      return op.fails ? { type: 'failed', of: key } : ok(op.value)
    }
    case 'all':
    case 'race':
      return performBranches(op, suffix, isCertain, model)
    case 'times': {
      const values: unknown[] = []
      for (let iteration = 0; iteration < op.count; iteration++) {
        const end = sequence(op.body, hasBranches(op.body) ? `${suffix}.${iteration}` : suffix, isCertain, model)
        if (end.type !== 'ok') return end
        values.push(...end.values)
      }
      return ok(...values)
    }
    case 'if':
      return sequence(last === 1 ? op.then : op.else, suffix, isCertain, model)
    case 'catch': {
      const end = sequence(op.body, suffix, isCertain, model)
      return end.type === 'failed' ? ok(`caught ${end.of}`) : end
    }
  }
}

function performBranches(
  { do: kind, id, branches }: Extract<Op, { do: 'all' | 'race' }>,
  suffix: string,
  isCertain: boolean,
  model: Model,
): End {
  const choice = model.choices.get(id + suffix)
  if (isCertain && choice === undefined) throw new Error(`The run never reached the end of \`${id}${suffix}\`.`)
  // `all` awaits every branch unless one fails. In a race, only the winner certainly ends.
  const ends = branches.map((branch, place) =>
    sequence(branch, suffix, isCertain && (choice === place || (kind === 'all' && choice === -1)), model),
  )
  if (choice === undefined) return { type: 'unknown' }
  const first = ends[choice]
  if (first) return first.type === 'ok' ? ok(first.values) : first
  return ok(ends.map((end) => (end.type === 'ok' ? end.values : end)))
}

function keyOf(id: string, { counts }: Model): string {
  const count = (counts.get(id) ?? 0) + 1
  counts.set(id, count)
  return count === 1 ? id : `${id}#${count}`
}

function ok(...values: readonly unknown[]): End {
  return { type: 'ok', values }
}
