import { hasBranches, type Op, type Ops, type Program, runAttempts } from './program.ts'

/** What a program comes to. */
export interface Expected {
  readonly end:
    | { readonly type: 'completed'; readonly output: unknown }
    | { readonly type: 'failed'; readonly of: string }
  /** The steps whose work completed: certainly, and perhaps, in branches that nobody waited for. */
  readonly certain: ReadonlyMap<string, Op>
  readonly possible: ReadonlyMap<string, Op>
}

/** How a part of a program ended. `unknown`: it lost a race, or stood beside what failed, and how far it came is open. */
type End =
  | { readonly type: 'ok'; readonly values: readonly unknown[] }
  | { readonly type: 'failed'; readonly of: string }
  | { readonly type: 'unknown' }

interface Model {
  /** Which branch won a race, or failed first; -1 where none did. It depends on time alone, so the model is told. */
  readonly choices: ReadonlyMap<string, number>
  readonly counts: Map<string, number>
  readonly certain: Map<string, Op>
  readonly possible: Map<string, Op>
}

/** Interprets a program, knowing nothing of records, passes and crashes. */
export function expectedOf({ ops, throws }: Program, choices: ReadonlyMap<string, number>): Expected {
  const model: Model = { choices, counts: new Map(), certain: new Map(), possible: new Map() }
  const before = throws && throws.attempts >= runAttempts ? Math.min(throws.before, ops.length) : undefined
  const end = sequence(before === undefined ? ops : ops.slice(0, before), '', true, model)
  if (end.type === 'unknown') throw new Error('What is certain is not open.')
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
      for (let pass = 0; pass < op.count; pass++) {
        const end = sequence(op.body, hasBranches(op.body) ? `${suffix}.${pass}` : suffix, isCertain, model)
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
  if (isCertain && choice === undefined) throw new Error(`The run never came past \`${id}${suffix}\`.`)
  // Who waits for all waits for each, unless one failed; in a race only the winner came to its end for certain.
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
