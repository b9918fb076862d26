import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

import { Project, ts } from 'ts-morph'

import { CodemodError } from './codemod-error.ts'
import { findConfig } from './find-source-files.ts'

/** The parsed source files with their types. */
export interface CodeBase {
  readonly files: readonly ts.SourceFile[]
  readonly checker: ts.TypeChecker
}

/** Apply to all files: what resolves most imports, and what tells `string` from `string | undefined`. */
const always: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  noEmit: true,
  allowJs: true,
  skipLibCheck: true,
}

/**
 * Parses the files whose text mentions one of `words`. Modules resolve as in the nearest `tsconfig.json` of each file.
 *
 * @throws {CodemodError} if one of these files does not parse
 */
export function openCodeBase(cwd: string, paths: readonly string[], words: readonly string[]): CodeBase {
  const relevant = paths.filter((path) => {
    const text = readFileSync(path, 'utf8')
    return words.some((word) => text.includes(word))
  })
  const { lib: _lib, ...options } = relevant[0] ? optionsOf(relevant[0]) : {}
  const project = new Project({
    compilerOptions: { ...options, ...always },
    resolutionHost: (host) => ({
      resolveModuleNames: (names, file) =>
        names.map((name) => ts.resolveModuleName(name, file, { ...optionsOf(file), ...always }, host).resolvedModule),
    }),
  })
  project.addSourceFilesAtPaths([...relevant])
  const program = project.getProgram().compilerObject
  const files = relevant.flatMap((path) => program.getSourceFile(path) ?? [])
  for (const file of files) checkSyntax(cwd, program, file)
  return { files, checker: program.getTypeChecker() }
}

function checkSyntax(cwd: string, program: ts.Program, file: ts.SourceFile): void {
  const [problem] = program.getSyntacticDiagnostics(file)
  if (!problem) return
  const line = file.getLineAndCharacterOfPosition(problem.start).line + 1
  const text = ts.flattenDiagnosticMessageText(problem.messageText, ' ')
  throw new CodemodError({
    code: 'broken_file',
    message: `\`${relative(cwd, file.fileName)}\` does not parse, at line ${line}: ${text} Correct it, or pass a \`--cwd\` without it.`,
  })
}

const optionsByConfig = new Map<string | undefined, ts.CompilerOptions>()

/** Returns the options of the nearest `tsconfig.json`. One that cannot be read counts as empty. */
function optionsOf(file: string): ts.CompilerOptions {
  const config = findConfig(file)
  const known = optionsByConfig.get(config)
  if (known) return known
  const host: ts.ParseConfigFileHost = {
    ...ts.sys,
    readDirectory: () => [], // only the options are of interest, not the files
    onUnRecoverableConfigFileDiagnostic: () => undefined,
  }
  const options = config === undefined ? {} : (ts.getParsedCommandLineOfConfigFile(config, {}, host)?.options ?? {})
  optionsByConfig.set(config, options)
  return options
}
