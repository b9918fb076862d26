import type { TemplateFile } from '../templates/template.ts'

/** The files and settings with which an app runs its jobs on an engine. */
export interface Host {
  readonly files: readonly TemplateFile[]
  /** The module that the script `jobs:worker` runs. Omitted if something else runs the jobs. */
  readonly worker?: string
  /** Arguments for the vendor's command of `jobs:dev`. */
  readonly devArguments?: readonly string[]
  /** True if the files import the vendor's SDK. */
  readonly importsSdk?: boolean
  /** Other packages that the files import. */
  readonly packages?: readonly string[]
  /** Packages that the app needs only to compile the files. */
  readonly developmentPackages?: readonly string[]
  /** Sentences that explain how to use the files. */
  readonly hints?: readonly string[]
  /** Reasons why the files may not work here. */
  readonly warnings?: readonly string[]
}
