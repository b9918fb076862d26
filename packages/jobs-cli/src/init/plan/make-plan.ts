import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'
import ignore from 'ignore'

import { knownEngines } from '@cgk-platform/jobs/engines'
import type { App } from '../app/app.ts'
import { findModule } from '../app/find-module.ts'
import { readManifest } from '../app/read-manifest.ts'
import { hostFor } from '../hosts/host-for.ts'
import type { Host } from '../hosts/host.ts'
import type { TemplateFile } from '../templates/template.ts'
import { templatesFor } from '../templates/templates-for.ts'
import { addScripts } from './add-scripts.ts'
import { appendLines, appendVariables, chosenProvider, lineOf, missingVariables } from './append-variables.ts'
import type { Change, Kept, Plan } from './plan.ts'
import { scriptsFor } from './scripts-for.ts'
import { variablesFor } from './variables-for.ts'

/** What has to be written in an app, and what is there already. Nothing is written here. */
export function makePlan(app: App, engine: EngineDescriptor, host: Host): Plan {
  const parts = [files, scripts, variables, ignored, leftovers].map((part) => part(app, engine, host))
  return {
    changes: parts.flatMap(({ changes }) => changes),
    kept: parts.flatMap(({ kept }) => kept),
    warnings: [...app.warnings, ...(host.warnings ?? []), ...parts.flatMap((part) => part.warnings ?? [])],
  }
}

/** A part of a plan. */
interface Part {
  readonly changes: readonly Change[]
  readonly kept: readonly Kept[]
  readonly warnings?: readonly string[]
}

function files(app: App, _engine: EngineDescriptor, host: Host): Part {
  const found = templatesFor(app, host).map((file) => ({ ...file, there: findModule(app.root, file.path) }))
  return {
    changes: found
      .filter(({ there }) => there === undefined)
      .map(({ path, contents }) => ({ path, contents, before: undefined, adds: [] })),
    kept: found.flatMap(({ there, otherwise }) => (there === undefined ? [] : [{ what: there, otherwise }])),
  }
}

function scripts(app: App, engine: EngineDescriptor, host: Host): Part {
  const { text, manifest } = readManifest(app.root)
  const wanted = Object.entries(scriptsFor(app, engine, host))
  const there = manifest.scripts ?? {}
  const missing = wanted.filter(([name]) => there[name] === undefined)
  return {
    changes: addition(
      'package.json',
      text,
      addScripts(text, Object.fromEntries(missing)),
      missing.map(([name, command]) => `${name}: ${command}`),
    ),
    kept: wanted
      .filter(([name]) => there[name] !== undefined)
      .map(([name, command]) => ({
        what: `script \`${name}\``,
        otherwise: there[name] === command ? undefined : `the one for this is \`${command}\``,
      })),
  }
}

function variables(app: App, engine: EngineDescriptor): Part {
  const wanted = variablesFor(engine)
  const changes = ['.env.example', app.variablesFile].flatMap((path) => {
    const text = read(app, path)
    const missing = missingVariables(text ?? '', wanted)
    return addition(path, text, appendVariables(text ?? '', missing), missing.map(lineOf))
  })
  const chosen = chosenProvider(read(app, app.variablesFile) ?? '')
  const isOther = chosen !== undefined && chosen !== engine.name
  return {
    changes,
    kept: isOther
      ? [{ what: `\`JOB_PROVIDER=${chosen}\` in ${app.variablesFile}`, otherwise: `set it to \`${engine.name}\`` }]
      : [],
  }
}

/** What git is to leave alone, where the app says so of anything. */
function ignored(app: App, { setup }: EngineDescriptor): Part {
  const text = read(app, '.gitignore')
  if (text === undefined) return { changes: [], kept: [], warnings: [`Keep \`${app.variablesFile}\` out of git.`] }
  const kept = [app.variablesFile, ...(setup?.ownFiles ?? [])]
  const missing = kept.filter((path) => !ignore().add(text).ignores(path))
  return { changes: addition('.gitignore', text, appendLines(text, missing), missing), kept: [] }
}

/** What an earlier call wrote for another engine, and this one does not use: two hosts would both run the jobs. */
function leftovers(app: App, engine: EngineDescriptor, host: Host): Part {
  const used = new Set(templatesFor(app, host).map(({ path }) => path))
  const isOurs = ({ path, contents }: TemplateFile): boolean => {
    const text = read(app, path)
    return text !== undefined && (text === contents || text.includes('@cgk-platform/jobs'))
  }
  const warnings = knownEngines
    .filter(({ name }) => name !== engine.name)
    .flatMap((other) =>
      templatesFor(app, hostFor(app, other))
        .filter((file) => !used.has(file.path) && isOurs(file))
        .map(({ path }) => `\`${path}\` is for \`${other.name}\`: delete it once the jobs run on \`${engine.name}\`.`),
    )
  return { changes: [], kept: [], warnings: [...new Set(warnings)] }
}

function addition(path: string, before: string | undefined, contents: string, adds: readonly string[]): Change[] {
  return adds.length === 0 ? [] : [{ path, contents, before, adds }]
}

function read({ root }: App, path: string): string | undefined {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined
}
