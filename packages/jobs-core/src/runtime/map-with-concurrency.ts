/** Default maximum of concurrent requests of one call. */
const defaultConcurrency = 10

/** Maps items like `Promise.all`, with at most `concurrency` calls of `map` running at once. Default 10. */
export async function mapWithConcurrency<Item, Result>(
  items: readonly Item[],
  map: (item: Item) => Promise<Result>,
  concurrency: number = defaultConcurrency,
): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++
      results[index] = await map(items[index]!)
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, work))
  return results
}

/**
 * Calls `work` for every item, with at most `concurrency` calls running at once. Default 10.
 *
 * @throws the first failure, once `work` has ended for every item.
 */
export async function forEachWithConcurrency<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
  concurrency: number = defaultConcurrency,
): Promise<void> {
  const failures: unknown[] = []
  await mapWithConcurrency(
    items,
    (item) => work(item).catch((error: unknown) => void failures.push(error)),
    concurrency,
  )
  if (failures.length > 0) throw failures[0]
}
