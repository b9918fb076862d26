import { Option } from 'commander'

/**
 * Creates an option that users repeat for several values. One that takes several words would also take the ids after it,
 * and a change would then act on jobs that nobody named.
 */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, `${description}; repeatable`).argParser(append)
}

/** Returns whether an option can be repeated. */
export function isRepeatable({ parseArg }: Option): boolean {
  return parseArg === append
}

function append(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value]
}
