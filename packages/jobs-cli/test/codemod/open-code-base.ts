import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { createReaderProject, type ReaderProject } from '@cgk-platform/test-kit/reader-project'

import { type CodemodOptions, runCodemod } from '../../src/codemod/run-codemod.ts'

/** An app with tasks of Trigger.dev's SDK. */
export interface CodeBase extends ReaderProject {
  /** Returns the files with their contents. */
  contents(): Record<string, string>
  /** Runs the command with `--force` and returns what it prints. */
  convert(options?: Partial<CodemodOptions>): string
}

const corpus = join(import.meta.dirname, 'code-base')

/** Returns the files of the corpus: tasks in many styles. They end with `.txt`, so that no tool formats them. */
export function corpusFiles(): Record<string, string> {
  const paths = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.txt'))
  return Object.fromEntries(
    paths.map((path) => [path.slice(0, -'.txt'.length), readFileSync(join(corpus, path), 'utf8')]),
  )
}

/** Creates an app with these files and the installed packages. */
export function openCodeBase(files: Readonly<Record<string, string>>): CodeBase {
  const project = createReaderProject()
  for (const [file, code] of Object.entries(files)) project.write(file, code.replace(/\n$/, '')) // `write` ends the file
  return {
    ...project,
    contents() {
      return Object.fromEntries(
        Object.keys(files).map((file) => [file, readFileSync(join(project.folder, file), 'utf8')]),
      )
    },
    convert(options) {
      const lines: string[] = []
      runCodemod({ cwd: project.folder, paths: ['.'], force: true, ...options }, (text) => void lines.push(text))
      return lines.join('\n')
    },
  }
}

/** Runs Git in a folder. */
export function git(folder: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' })
}
