import type { Agent } from 'package-manager-detector'

/** The frameworks that `init` supports. `node` is a program without a framework. */
export const frameworks = ['next', 'express', 'hono', 'node'] as const

/** One of `frameworks`. */
export type Framework = (typeof frameworks)[number]

/** The style of files that the app's compiler and Node accept. */
export interface SourceStyle {
  readonly isTypeScript: boolean
  /** The extension of an ES module in this package: `.mts` or `.mjs` without `"type": "module"`. */
  readonly extension: '.ts' | '.mts' | '.js' | '.mjs'
  /** The extension in imports: none for bundlers, usually that of the output for the compiler. */
  readonly importExtension: '' | '.ts' | '.mts' | '.js' | '.mjs'
  /** The command that runs a file, without the file's name: `node --env-file-if-exists=.env --import tsx`. */
  readonly run: string
  /** True if `run` needs `tsx`. */
  readonly needsTsx: boolean
}

/** The facts about an app that `init` needs. */
export interface App {
  /** Absolute path. */
  readonly root: string
  readonly framework: Framework
  readonly packageManager: Agent
  /** The folder of its sources. */
  readonly sources: '' | 'src/'
  readonly style: SourceStyle
  /** True if its compiler writes output files, and so rejects files outside its sources. */
  readonly compilesToFiles: boolean
  /** The version of the Node that runs `init`, assumed to be the app's. */
  readonly nodeVersion: string
  /** The port of its development server. 3000 unless the script `dev` names another. */
  readonly port: number
  /** The file with its variables on this machine. */
  readonly variablesFile: '.env' | '.env.local'
  /** All dependencies in its `package.json`, of every kind. */
  readonly dependencies: ReadonlySet<string>
  /** The name of its module with jobs, without folder and extension. `background-jobs` if `jobs` is taken. */
  readonly jobsModule: 'jobs' | 'background-jobs'
  /** Possible obstacles, each one or two sentences. */
  readonly warnings: readonly string[]
}
