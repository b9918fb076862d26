/** Resolves in the next turn of the event loop, after its promises. */
export async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

/** Reads a count in each turn of the event loop until it reaches `total`. Returns by how much it grew, turn by turn. */
export async function countByTurn(total: number, count: () => number): Promise<number[]> {
  const byTurn: number[] = []
  for (let before = 0; before < total; await nextTurn()) {
    const now = count()
    if (now > before) byTurn.push(now - before)
    before = now
  }
  return byTurn
}
