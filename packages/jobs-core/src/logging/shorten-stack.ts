/** A frame in an installed package of this library. */
const ofLibrary = /^\s+at .*[/\\]node_modules[/\\]@cgk-platform[/\\]jobs/
const ofNode = /^\s+at (?:.*\()?node:/

/**
 * Returns a stack for people: without the frames of this library, and of Node below them. If no other frame would be
 * left, the stack is whole: the library itself has thrown the error.
 */
export function shortenStack(stack: string): string {
  const lines = stack.split('\n')
  const first = lines.findIndex((line) => ofLibrary.test(line))
  if (first < 0) return stack
  const kept = lines.filter((line, index) => !ofLibrary.test(line) && !(index > first && ofNode.test(line)))
  return kept.some((line) => /^\s+at /.test(line)) ? kept.join('\n') : stack
}
