/** How many requests of one call are under way at once. */
const requestsAtOnce = 10

/** Maps items as `Promise.all` would, with at most `most` under way at once. */
export async function mapAtMost<Item, Result>(
  items: readonly Item[],
  map: (item: Item) => Promise<Result>,
  most: number = requestsAtOnce,
): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++
      results[index] = await map(items[index]!)
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, work))
  return results
}

/** Does the work for each item, at most `most` at once. Tries every item, then throws the first failure. */
export async function tryEach<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
  most: number = requestsAtOnce,
): Promise<void> {
  const failures: unknown[] = []
  await mapAtMost(items, (item) => work(item).catch((error: unknown) => void failures.push(error)), most)
  if (failures.length > 0) throw failures[0]
}
