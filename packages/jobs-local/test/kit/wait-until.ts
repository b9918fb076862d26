/** Polls a condition until it is true. Allows for a busy machine. */
export async function waitUntil(condition: () => boolean | Promise<boolean>, limitMs = 150_000): Promise<void> {
  for (const until = performance.now() + limitMs; !(await condition());) {
    if (performance.now() > until)
      throw new Error(`The condition was not true within ${limitMs} ms: ${condition.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
