// The keyboard on every list: "/" goes to the search box, j and k (or the arrows, once a row has the focus) walk
// the rows, Enter opens one because the focus stands on its link. Rows mark that link with data-row, search boxes
// carry data-search.
import { onBeforeUnmount, onMounted } from 'vue'

const isTyping = (x: Element | null): boolean => !!x && (/^(INPUT|TEXTAREA|SELECT)$/.test(x.tagName) || (x as HTMLElement).isContentEditable) && (x as HTMLInputElement).type !== 'checkbox'
const isOpen = (x: Element): boolean => x.getClientRects().length > 0

// The index of the row to go to, or null: the first or last row is the end of the walk.
export function nextRow(key: string, at: number, n: number): number | null {
  const step = key === 'j' || key === 'ArrowDown' ? 1 : key === 'k' || key === 'ArrowUp' ? -1 : 0
  if (!step || !n) return null
  if (at < 0) return key.length === 1 ? 0 : null
  return Math.min(n - 1, Math.max(0, at + step))
}

function onKey(e: KeyboardEvent): void {
  if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || isTyping(document.activeElement)) return
  if ([...document.querySelectorAll('.el-overlay')].some(isOpen)) return
  if (e.key === '/') {
    const box = [...document.querySelectorAll<HTMLInputElement>('main input[data-search], main [data-search] input')].find(isOpen)
    if (!box) return
    e.preventDefault()
    box.focus()
    box.select()
    return
  }
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')].filter(isOpen)
  const to = nextRow(e.key, rows.indexOf(document.activeElement as HTMLElement), rows.length)
  if (to === null) return
  e.preventDefault()
  rows[to]!.focus()
  rows[to]!.closest('tr, li')?.scrollIntoView({ block: 'nearest' })
}

export function useListKeys(): void {
  onMounted(() => document.addEventListener('keydown', onKey))
  onBeforeUnmount(() => document.removeEventListener('keydown', onKey))
}
