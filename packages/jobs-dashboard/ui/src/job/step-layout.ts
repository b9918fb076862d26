import type { StepJson } from '../../../src/api-types.ts'

/** A step at its place in the graph. */
export interface PlacedStep {
  readonly step: StepJson
  readonly column: number
  readonly row: number
}

/** The graph of a workflow's steps. */
export interface StepLayout {
  readonly steps: readonly PlacedStep[]
  /** Pairs of indexes: the second step began after the first one had ended. */
  readonly edges: readonly (readonly [number, number])[]
  readonly columns: number
  readonly rows: number
}

/**
 * Places the steps by their times: a step stands to the right of those that had ended when it began. Steps that ran at
 * the same time stand below each other.
 */
export function layOutSteps(steps: readonly StepJson[]): StepLayout {
  const times = steps.map(({ startedAt, endedAt }, at) => ({
    from: startedAt === undefined ? at : Date.parse(startedAt),
    to: endedAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(endedAt),
  }))
  const isBefore = (a: number, b: number) => a < b && times[a]!.to <= times[b]!.from
  const columnOf: number[] = []
  const edges: (readonly [number, number])[] = []
  for (let at = 0; at < steps.length; at++) {
    const before = columnOf.map((_, index) => index).filter((index) => isBefore(index, at))
    columnOf.push(before.reduce((column, index) => Math.max(column, columnOf[index]! + 1), 0))
    for (const index of before) if (!before.some((between) => isBefore(index, between))) edges.push([index, at])
  }
  const used = new Map<number, number>()
  const placed = steps.map((step, at) => {
    const column = columnOf[at]!
    const row = used.get(column) ?? 0
    used.set(column, row + 1)
    return { step, column, row }
  })
  return {
    steps: placed,
    edges,
    columns: used.size,
    rows: [...used.values()].reduce((most, each) => Math.max(most, each), 0),
  }
}
