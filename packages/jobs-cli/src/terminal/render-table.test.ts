import { expect, test } from 'vitest'

import { type Column, renderTable } from './render-table.ts'

interface Row {
  readonly id: string
  readonly text?: string
}

const columns: Column<Row>[] = [
  { title: 'ID', text: ({ id }) => id, isWhole: true },
  { title: 'TEXT', text: ({ text }) => text },
  { title: 'LAST', text: () => 'x' },
]
const plain = (width?: number) => ({ columns: width, paint: (_style: unknown, text: string) => text })

test('columns are aligned, also with wide and combining characters', () => {
  const rows = [
    { id: 'a', text: '注文' },
    { id: 'bcd', text: 'e\u0301' },
  ]
  expect(renderTable(rows, columns, plain())).toBe('ID   TEXT  LAST\na    注文  x\nbcd  e\u0301     x\n')
})

test('a column without text is omitted', () => {
  expect(renderTable([{ id: 'a' }], columns, plain())).toBe('ID  LAST\na   x\n')
})

test('a terminal cuts the widest column, never an id', () => {
  const rows = [{ id: '0123456789', text: 'a long text that does not fit' }]
  expect(renderTable(rows, columns, plain(30))).toBe('ID          TEXT          LAST\n0123456789  a long text…  x\n')
  expect(renderTable(rows, columns, plain(5))).toContain('0123456789  a lo…')
})

test('a narrow terminal omits optional columns, the last one first', () => {
  const rows = [{ id: '0123456789', text: 'a long text that does not fit' }]
  const optional = columns.map((column) => ({ ...column, isOptional: column.title === 'LAST' }))
  expect(renderTable(rows, optional, plain(30))).toContain('LAST')
  expect(renderTable(rows, optional, plain(29))).toBe('ID          TEXT\n0123456789  a long text that…\n')
})

test('a line break in a text does not break the table', () => {
  expect(renderTable([{ id: 'a', text: 'b\nc' }], columns, plain()).split('\n')).toHaveLength(3)
})

test('the style covers the text, not its padding', () => {
  const painted = renderTable([{ id: 'a' }], [{ title: 'ID', text: ({ id }) => id, style: () => 'red' }], {
    columns: undefined,
    paint: (style, text) => `<${String(style)}>${text}</>`,
  })
  expect(painted).toBe('<dim>ID</>\n<red>a</>\n')
})
