const paths = {
  overview: 'M2 13V8.5M6 13V3M10 13V6.5M14 13V4.5',
  jobs: 'M5.5 3.5H14M5.5 8H14M5.5 12.5H14M2 3.5h.5M2 8h.5M2 12.5h.5',
  definitions: 'M5 2.5 1.5 8 5 13.5M11 2.5 14.5 8 11 13.5',
  engine:
    'M8 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M12.6 3.4l-1.4 1.4M4.8 11.2l-1.4 1.4',
  send: 'M14 2 1.8 6.6l5.2 2.4 2.4 5.2L14 2ZM7 9l3-3',
  check: 'M14.5 8a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0ZM5 8.2l2.1 2.1L11 6',
  cross: 'M14.5 8a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0ZM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4',
  spinner: 'M8 1.5A6.5 6.5 0 1 1 1.5 8',
  rotate: 'M13.8 6A6.2 6.2 0 1 0 14.2 8.8M14 2.5V6h-3.5',
  clock: 'M14.5 8a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0ZM8 4.2V8l2.6 1.6',
  calendar:
    'M2 4.5A1.5 1.5 0 0 1 3.5 3h9A1.5 1.5 0 0 1 14 4.5v8a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 2 12.5v-8ZM2 6.5h12M5 1.5V4M11 1.5V4',
  slash: 'M14.5 8a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0ZM3.5 3.5l9 9',
  hourglass: 'M4 1.5h8M4 14.5h8M5 1.5v2.8L8 8l3-3.7V1.5M5 14.5v-2.8L8 8l3 3.7v2.8',
  skip: 'M3 3.5 8 8l-5 4.5M8 3.5 13 8l-5 4.5',
  warning: 'M8 1.8 15 14H1L8 1.8ZM8 6.2v3.6M8 11.8v.4',
  info: 'M14.5 8a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0ZM8 7.2v4M8 4.8v.4',
  close: 'M4 4l8 8M12 4l-8 8',
  chevron: 'M6 3.5 10.5 8 6 12.5',
  down: 'M3.5 6 8 10.5 12.5 6',
  copy: 'M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1',
  download: 'M8 2v8.5M4.5 7.5 8 11l3.5-3.5M2.5 14h11',
  pause: 'M5 3v10M11 3v10',
  play: 'M4.5 2.8 13 8l-8.5 5.2V2.8Z',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z',
  auto: 'M14.5 8a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0ZM8 1.5v13M8 4l4.5-.5M8 7h6M8 10h6M8 13h3',
  keyboard: 'M1.5 4h13v8.5h-13zM4 6.7h.1M6.7 6.7h.1M9.3 6.7h.1M12 6.7h.1M5 9.8h6',
  menu: 'M2 4h12M2 8h12M2 12h12',
  filter: 'M1.5 3h13M4 8h8M6.5 13h3',
  bookmark: 'M4 2h8v12l-4-3.2L4 14V2Z',
  workflow: 'M1.5 5.5h4v5h-4zM10.5 1.5h4v4h-4zM10.5 10.5h4v4h-4zM5.5 8h2.5M8 3.5v9M8 3.5h2.5M8 12.5h2.5',
  user: 'M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.5 14a5.5 5.5 0 0 1 11 0',
  back: 'M5.5 2.5 2 6l3.5 3.5M2 6h7.5a4 4 0 0 1 0 8H7',
} as const

/** The name of an icon. */
export type IconName = keyof typeof paths

/** An icon of 16 px. It is decoration: the text beside it says the same. */
export function Icon({ name, spin = false }: { name: IconName; spin?: boolean }) {
  return (
    <svg
      class={spin ? 'spin' : undefined}
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  )
}
