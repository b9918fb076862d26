import type { Profiler } from 'node:inspector'

import { categories, type Category, categoryOf, type Frame } from './category-of.ts'

/** Time of each category and of the functions with the most time of their own, in microseconds. */
export interface TimePerCategory {
  readonly categories: Readonly<Record<Category, number>>
  readonly functions: readonly { readonly name: string; readonly us: number }[]
}

/**
 * Divides the time of a profile among the categories. Their sum is the time of the profile. A sample that is far longer
 * than the interval shows that the process had no processor, or waited for the disk in a commit; no function ran.
 */
export function timePerCategory(
  { nodes, samples = [], timeDeltas = [], startTime, endTime }: Profiler.Profile,
  intervalUs: number,
): TimePerCategory {
  const ownUs = new Map<number, number>()
  const lateUs = new Map<number, number>()
  for (const [index, id] of samples.entries()) {
    const us = Math.max(0, timeDeltas[index]!)
    const running = Math.min(us, maxIntervals * intervalUs)
    ownUs.set(id, (ownUs.get(id) ?? 0) + running)
    lateUs.set(id, (lateUs.get(id) ?? 0) + us - running)
  }
  const times = Object.fromEntries(categories.map((category) => [category, 0])) as Record<Category, number>
  const functions = new Map<string, number>()
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const visit = ({ id, callFrame, children = [] }: Profiler.ProfileNode, caller?: Frame, callers = root): void => {
    const category = categoryOf(callFrame, caller, callers)
    const us = ownUs.get(id) ?? 0
    times[category] += us
    times[category === 'commits' ? category : 'waiting for a processor'] += lateUs.get(id) ?? 0
    const name = `${callFrame.functionName || '(anonymous)'} ${fileOf(callFrame.url)}`.trim()
    functions.set(name, (functions.get(name) ?? 0) + us)
    for (const child of children) visit(byId.get(child)!, callFrame, category)
  }
  visit(nodes[0]!)
  // The time after the last sample.
  times[root] += endTime - startTime - Object.values(times).reduce((sum, us) => sum + us, 0)
  const slowest = [...functions].map(([name, us]) => ({ name, us })).toSorted((one, other) => other.us - one.us)
  return { categories: times, functions: slowest.slice(0, shownFunctions) }
}

const root: Category = 'other'
const maxIntervals = 10
const shownFunctions = 25

function fileOf(url: string): string {
  return url.replace(/^.*\/(packages|node_modules|tools)\//, '')
}
