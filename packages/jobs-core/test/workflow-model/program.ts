import * as fc from 'fast-check'

/** The compensation of a step. It fails `failures` times before it succeeds. */
export interface Compensation {
  readonly failures: number
  readonly ms: number
}

/** One operation in a workflow's code. Ids are unique in a program, except that a loop repeats its ids. */
export type Op =
  | {
      readonly do: 'run'
      readonly id: string
      readonly ms: number
      /** 0 or 1, for conditions. */
      readonly value: number
      readonly failures: number
      readonly maxAttempts: number
      readonly retryMs: number
      readonly compensation: Compensation | undefined
    }
  | { readonly do: 'sleep'; readonly id: string; readonly ms: number }
  /** `answer`: the value of the event that arrives in time; `undefined` if none arrives. */
  | { readonly do: 'wait'; readonly id: string; readonly answer: number | undefined; readonly ms: number }
  | { readonly do: 'job'; readonly id: string; readonly fails: boolean; readonly value: number; readonly ms: number }
  | { readonly do: 'all' | 'race'; readonly id: string; readonly branches: readonly Ops[] }
  | { readonly do: 'times'; readonly id: string; readonly count: number; readonly body: Ops }
  /** Performs `then` if the previous value is 1, otherwise `else`. */
  | { readonly do: 'if'; readonly then: Ops; readonly else: Ops }
  | { readonly do: 'catch'; readonly body: Ops }

/** A sequence of operations. */
export type Ops = readonly Op[]

/** A workflow. */
export interface Program {
  readonly ops: Ops
  /** Throws before the operation at this index in the first attempts of the run. */
  readonly throws: { readonly before: number; readonly attempts: number } | undefined
}

/** The number of attempts of a program's run. */
export const runAttempts = 3

const short = fc.integer({ min: 0, max: 6 })
const bit = fc.integer({ min: 0, max: 1 })
const compensation: fc.Arbitrary<Compensation> = fc.record({ failures: fc.constantFrom(0, 0, 0, 1, 3), ms: short })

const run = fc.record({
  do: fc.constant('run' as const),
  id: fc.constant(''),
  ms: short,
  value: bit,
  failures: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 1, 2, 3),
  maxAttempts: fc.constantFrom(3, 2, 1),
  retryMs: short,
  compensation: fc.option(compensation, { nil: undefined }),
})
const sleep = fc.record({ do: fc.constant('sleep' as const), id: fc.constant(''), ms: short })
const wait = fc.record({
  do: fc.constant('wait' as const),
  id: fc.constant(''),
  answer: fc.option(bit, { nil: undefined }),
  ms: short,
})
const job = fc.record({
  do: fc.constant('job' as const),
  id: fc.constant(''),
  fails: fc.constantFrom(false, false, false, true),
  value: bit,
  ms: short,
})

const { ops } = fc.letrec<{ ops: Op[]; op: Op }>((tie) => {
  const list = fc.array(tie('op'), { maxLength: 4, depthIdentifier: 'program' })
  const branches = fc.array(list, { minLength: 1, maxLength: 3, depthIdentifier: 'program' })
  return {
    ops: list,
    op: fc.oneof(
      { depthIdentifier: 'program', maxDepth: 3, depthSize: 'small' },
      { arbitrary: run, weight: 6 },
      { arbitrary: sleep, weight: 1 },
      { arbitrary: wait, weight: 2 },
      { arbitrary: job, weight: 1 },
      { arbitrary: fc.record({ do: fc.constantFrom('all', 'race'), id: fc.constant(''), branches }), weight: 3 },
      {
        arbitrary: fc.record({
          do: fc.constant('times' as const),
          id: fc.constant(''),
          count: fc.integer({ min: 1, max: 3 }),
          body: list,
        }),
        weight: 1,
      },
      { arbitrary: fc.record({ do: fc.constant('if' as const), then: list, else: list }), weight: 1 },
      { arbitrary: fc.record({ do: fc.constant('catch' as const), body: list }), weight: 2 },
    ) as fc.Arbitrary<Op>,
  }
})

/** Random workflows. */
export const programs: fc.Arbitrary<Program> = fc
  .record({
    ops: fc.tuple(ops, ops).map(([some, more]) => [...some, ...more]),
    throws: fc.oneof(
      { arbitrary: fc.constant(undefined), weight: 3 },
      {
        arbitrary: fc.record({ before: fc.nat({ max: 6 }), attempts: fc.constantFrom(1, 2, runAttempts) }),
        weight: 1,
      },
    ),
  })
  .map(({ ops: given, throws }) => ({ ops: withIds(given, { next: 0 }), throws }))

/** Adds ids to the operations. Added last, so that they stay unique while a failing program is shrunk. */
function withIds(given: Ops, count: { next: number }): Ops {
  return given.map((op): Op => {
    switch (op.do) {
      case 'all':
      case 'race':
        return { ...op, id: idOf(op, count), branches: op.branches.map((branch) => withIds(branch, count)) }
      case 'times':
        return { ...op, id: idOf(op, count), body: withIds(op.body, count) }
      case 'if':
        return { ...op, then: withIds(op.then, count), else: withIds(op.else, count) }
      case 'catch':
        return { ...op, body: withIds(op.body, count) }
      case 'run':
      case 'sleep':
      case 'wait':
      case 'job':
        return { ...op, id: idOf(op, count) }
    }
  })
}

function idOf({ do: kind }: Op, count: { next: number }): string {
  return `${kind}${count.next++}`
}

/**
 * Returns true if steps of one loop iteration can still run in the next one. Their ids then contain the iteration,
 * because the numbers of equal ids depend on the order of calls.
 */
export function hasBranches(body: Ops): boolean {
  return body.some((op) => {
    switch (op.do) {
      case 'all':
      case 'race':
        return true
      case 'times':
      case 'catch':
        return hasBranches(op.body)
      case 'if':
        return hasBranches(op.then) || hasBranches(op.else)
      case 'run':
      case 'sleep':
      case 'wait':
      case 'job':
        return false
    }
  })
}
