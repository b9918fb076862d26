/** Looks again until something is so; a busy machine may take its time. */
export async function waitUntil(isSo: () => boolean | Promise<boolean>, limitMs = 150_000): Promise<void> {
  for (const until = performance.now() + limitMs; !(await isSo());) {
    if (performance.now() > until) throw new Error(`It was not so within ${limitMs} ms: ${isSo.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
