/** A shell that has a completion script. */
export type Shell = 'bash' | 'zsh' | 'fish'

/** The shells that have a completion script. */
export const shells: readonly Shell[] = ['bash', 'zsh', 'fish']

/** The binary that the script completes, and that it asks for candidates. */
const binary = 'cgk-jobs'

const scripts: Readonly<Record<Shell, string>> = {
  bash: String.raw`_cgk_jobs() {
  local candidate
  COMPREPLY=()
  while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done < <(${binary} complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _cgk_jobs ${binary}
`,
  zsh: String.raw`#compdef ${binary}
_cgk_jobs() {
  local -a candidates
  candidates=("\${(@f)$(${binary} complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${candidates[1]}" ]]; then compadd -- "\${candidates[@]}"; else _files; fi
}
compdef _cgk_jobs ${binary}
`,
  fish: String.raw`function __cgk_jobs
  set -l words (commandline -opc) (commandline -ct)
  ${binary} complete -- $words[2..-1] 2>/dev/null
end
complete -c ${binary} -a '(__cgk_jobs)'
`,
}

/** Returns the script that a shell loads to complete the command line. */
export function completionScript(shell: Shell): string {
  return scripts[shell].replaceAll(String.raw`\${`, '${')
}
