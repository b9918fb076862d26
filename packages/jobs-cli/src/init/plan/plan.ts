/** A new file, or additions to an existing one. */
export interface Change {
  /** Relative to the app's folder, with `/`. */
  readonly path: string
  /** The complete new contents. */
  readonly contents: string
  /** The old contents. `undefined` for a new file. */
  readonly before: string | undefined
  /** The lines to add to an existing file, such as scripts and variables. */
  readonly addedLines: readonly string[]
}

/** A file, script or setting that exists and stays unchanged. */
export interface ExistingItem {
  readonly name: string
  /** Instructions for a change by hand. */
  readonly remedy?: string | undefined
}

/** All changes that `init` will make. */
export interface Plan {
  readonly changes: readonly Change[]
  readonly existing: readonly ExistingItem[]
  readonly warnings: readonly string[]
}
