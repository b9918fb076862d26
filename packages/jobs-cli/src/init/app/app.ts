import type { Agent } from 'package-manager-detector'

/** The frameworks that `init` has files for; `node` is a program without one. */
export const frameworks = ['next', 'express', 'hono', 'node'] as const

/** One of `frameworks`. */
export type Framework = (typeof frameworks)[number]

/** How files of an app are written, so that its compiler and its Node take them. */
export interface SourceStyle {
  readonly isTypeScript: boolean
  /** Of a module that is always an ES module, whatever the `type` of the package: `.mts` where that has none. */
  readonly extension: '.ts' | '.mts' | '.js' | '.mjs'
  /** How a module of the app is imported: bundlers want no extension, the compiler mostly that of its output. */
  readonly importExtension: '' | '.ts' | '.mts' | '.js' | '.mjs'
  /** Runs such a file, up to the file's name: `node --env-file-if-exists=.env --import tsx`. */
  readonly run: string
  /** True where `run` needs `tsx`. */
  readonly needsTsx: boolean
}

/** An app, as far as `init` has to know it. */
export interface App {
  /** Absolute. */
  readonly root: string
  readonly framework: Framework
  readonly packageManager: Agent
  /** Where its sources are: `''` or `'src/'`. */
  readonly sources: '' | 'src/'
  readonly style: SourceStyle
  /** True where its compiler writes files, and so must not be given any outside of its sources. */
  readonly compilesToFiles: boolean
  /** Of the Node that runs `init`, which is taken for the app's. */
  readonly nodeVersion: string
  /** The file that keeps its variables on this machine. */
  readonly variablesFile: '.env' | '.env.local'
  /** Every package that its `package.json` names, of whatever kind. */
  readonly dependencies: ReadonlySet<string>
  /** The module of its jobs without folder and extension: `jobs`, unless the app has another file of that name. */
  readonly jobsModule: 'jobs' | 'background-jobs'
  /** What may get in the way; each a sentence or two. */
  readonly warnings: readonly string[]
}
