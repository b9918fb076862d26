import { expect, test } from 'vitest'

import type { ApiItem, ApiKind } from './api-model.ts'
import { docLine, docText } from './doc-text.ts'
import { toMarkdown } from './to-page.ts'
import { undocumented } from './undocumented.ts'

function item(kind: ApiKind, name: string, signature: string, text: string, members: ApiItem[] = []): ApiItem {
  const docComment = text && `/**\n * ${text.replaceAll('\n', '\n * ')}\n */\n`
  return { kind, name, docComment, excerptTokens: [{ kind: 'Content', text: signature }], members }
}

const cancel = item(
  'Function',
  'cancel',
  'export declare function cancel(id: string): void;',
  'Ends a job;\nanswers nothing.\n\n@param id - of the job\n\n@throws\n\n{JobNotFoundError} where nobody knows it',
)

test('a docstring becomes sentences, and a list of what it says of parameters and errors', () => {
  expect(docText(cancel)).toBe(
    'Ends a job; answers nothing.\n\n- `id`: of the job\n- Throws `JobNotFoundError` where nobody knows it',
  )
  expect(docLine(cancel)).toBe(
    'Ends a job; answers nothing. `id`: of the job Throws `JobNotFoundError` where nobody knows it',
  )
})

test('a link in a docstring is a name, and two errors are either', () => {
  const text = 'Undoes {@link cancel}.\n\n@throws\n\n{LostError} {@link LateError}'
  const retry = item('Function', 'retry', 'export declare function retry(): void;', text)
  expect(docLine(retry)).toBe('Undoes `cancel`. Throws `LostError` or `LateError`.')
})

test('an export or a member without a docstring is named, but not what needs none', () => {
  const members = [
    item('PropertySignature', 'kind', 'readonly kind: "job";', ''),
    item('PropertySignature', 'id', 'readonly id: string;', ''),
    item('PropertySignature', 'event', 'readonly event: string;', 'What it handles.'),
  ]
  const error = item('Class', 'LostError', 'class LostError', 'It is lost.', [
    item('Property', 'code', 'readonly code = "lost";', ''),
    item('Property', 'jobId', 'readonly jobId: string;', ''),
  ])
  expect(undocumented([cancel, item('Interface', 'Job', 'interface Job', '', members), error])).toEqual([
    'Job',
    'Job.id',
    'LostError.jobId',
  ])
})

test('a page has every export under its kind, and links its types to where they are told of', () => {
  const core = { file: 'core.md', specifiers: ['core'], areas: undefined, passesOn: undefined }
  const job = item('Interface', 'Job', 'interface Job', 'A job.')
  const send: ApiItem = {
    ...item('Function', 'job', '', 'Sends a job.'),
    excerptTokens: [
      { kind: 'Content', text: 'declare function job(): ' },
      { kind: 'Reference', text: 'Job' },
      { kind: 'Content', text: ';' },
    ],
  }
  const onOnePage = toMarkdown({ ...core, items: [send, job] })
  expect(onOnePage).toContain(
    '### job\n\nSends a job.\n\n```typescript\nfunction job(): Job\n```\n\nSee [`Job`](#job-1).',
  )
  const page = {
    file: 'own.md',
    specifiers: ['facade', 'own'],
    items: [send],
    areas: undefined,
    passesOn: { ...core, items: [job] },
  }
  expect(toMarkdown(page)).toContain('See [`Job`](core.md#job).')
  expect(toMarkdown(page)).toContain('Besides, it exports all of [`core`](core.md): [Interfaces](core.md#interfaces).')
})

test('a page with areas has its exports under them, and refuses one that no area has', () => {
  const items = [cancel, item('Interface', 'Clock', 'interface Clock', 'Where time comes from.')]
  const areas = new Map([['cancel', 'client']])
  const page = { file: 'core.md', specifiers: ['core'], items, areas, passesOn: undefined }
  expect(() => toMarkdown(page)).toThrow('Clock')
  areas.set('Clock', 'time')
  expect(toMarkdown(page).match(/^##+ .*$/gm)).toEqual(['## Client', '### cancel', '## Time', '### Clock'])
})
