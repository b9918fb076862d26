import { mapAtMost } from '../api/map-at-most.ts'

/** How many requests are under way at once. */
const mostAtOnce = 10

/** Does the work for each item, a few at once; what failed is told once everything was tried. */
export async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const failures: unknown[] = []
  await mapAtMost(mostAtOnce, items, (item) => work(item).catch((error: unknown) => void failures.push(error)))
  if (failures.length > 0) throw failures[0]
}
