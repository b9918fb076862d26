/** A change of a file that only adds to it, or that makes it. */
export interface Change {
  /** From the app's folder, with `/`. */
  readonly path: string
  /** The whole file, as it is to be. */
  readonly contents: string
  /** What it held; `undefined` for a file that is new. */
  readonly before: string | undefined
  /** What is added, line by line, where the file is one that the app shares: scripts, variables. */
  readonly adds: readonly string[]
}

/** A file, a script or a setting that is there already, and is left as it is. */
export interface Kept {
  readonly what: string
  /** What to do by hand for it. */
  readonly otherwise?: string | undefined
}

/** What `init` is going to do, all of it. */
export interface Plan {
  readonly changes: readonly Change[]
  readonly kept: readonly Kept[]
  readonly warnings: readonly string[]
}
