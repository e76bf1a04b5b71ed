// Values for people. Money comes in fen, instants in UTC seconds, dates and months as ISO text.
import { ref } from 'vue'
import { lang } from '../i18n'

export const EMPTY = '—'

const groups = new Intl.NumberFormat('en-US')
export function count(value: unknown): string {
  return isNumber(value) ? groups.format(Number(value)) : EMPTY
}

export function isNumber(value: unknown): boolean {
  return value !== null && value !== undefined && value !== '' && Number.isFinite(Number(value))
}

// 386050 → "3,860.50"; whole yuan without decimals unless `exact`.
export function yuan(fen: unknown, exact = false): string {
  if (!isNumber(fen)) return EMPTY
  const n = BigInt(Math.trunc(Number(fen)))
  const abs = n < 0n ? -n : n
  const rest = Number(abs % 100n)
  const text = groups.format(abs / 100n) + (rest || exact ? `.${String(rest).padStart(2, '0')}` : '')
  return n < 0n ? `-${text}` : text
}
export const money = (fen: unknown, exact = false): string => (isNumber(fen) ? `¥${yuan(fen, exact)}` : EMPTY)

// Large sums on tiles: 1 234 万 in Chinese, 12.34 m in English.
export function shortMoney(fen: unknown): string {
  if (!isNumber(fen)) return EMPTY
  const y = Number(fen) / 100
  if (lang.value === 'zh') {
    if (Math.abs(y) >= 1e8) return `¥${trim(y / 1e8)} 亿`
    if (Math.abs(y) >= 1e4) return `¥${trim(y / 1e4)} 万`
  } else {
    if (Math.abs(y) >= 1e6) return `¥${trim(y / 1e6)} m`
    if (Math.abs(y) >= 1e4) return `¥${trim(y / 1e3)} k`
  }
  return money(fen)
}
const trim = (n: number): string => groups.format(Math.round(n * 100) / 100)

export function percent(part: unknown, digits = 1): string {
  return isNumber(part) ? `${(Number(part) * 100).toFixed(digits).replace(/\.0+$/, '')}%` : EMPTY
}
export const ratio = (a: unknown, b: unknown): number | null =>
  isNumber(a) && isNumber(b) && Number(b) > 0 ? Number(a) / Number(b) : null

// The ledger's time, UTC seconds: the server's, which in a demonstration is that of its story.
export const ahead = ref(0)
export const setClock = (serverNow: number): void => {
  ahead.value = Math.round(serverNow - Date.now() / 1000)
}
export const now = (): number => Date.now() / 1000 + ahead.value

// The business clock is China's, whatever the browser's zone.
function parts(seconds: number): Record<string, string> {
  const f = new Intl.DateTimeFormat('en-CA', {
    timeZone: 'Asia/Shanghai', hourCycle: 'h23',
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  })
  return Object.fromEntries(f.formatToParts(new Date(seconds * 1000)).map((p) => [p.type, p.value]))
}
export function instant(seconds: unknown): string {
  if (!isNumber(seconds)) return EMPTY
  const p = parts(Number(seconds))
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}`
}
export function ago(seconds: unknown, at = now()): string {
  if (!isNumber(seconds)) return EMPTY
  const s = Math.max(0, at - Number(seconds))
  const f = new Intl.RelativeTimeFormat(lang.value === 'zh' ? 'zh-CN' : 'en', { numeric: 'auto' })
  if (s < 60) return f.format(0, 'minute')
  if (s < 3600) return f.format(-Math.floor(s / 60), 'minute')
  if (s < 86400) return f.format(-Math.floor(s / 3600), 'hour')
  if (s < 86400 * 30) return f.format(-Math.floor(s / 86400), 'day')
  return instant(seconds).slice(0, 10)
}
export function today(): string {
  const p = parts(now())
  return `${p.year}-${p.month}-${p.day}`
}
export const thisMonth = (): string => today().slice(0, 7)
export function addMonths(month: string, n: number): string {
  const [y, m] = month.split('-').map(Number) as [number, number]
  const k = y * 12 + (m - 1) + n
  return `${Math.floor(k / 12)}-${String((k % 12) + 1).padStart(2, '0')}`
}
export function monthName(month: string): string {
  const [y, m] = month.split('-') as [string, string]
  return lang.value === 'zh' ? `${y}年${Number(m)}月` : `${y}-${m}`
}
export function bytes(n: unknown): string {
  if (!isNumber(n)) return EMPTY
  const v = Number(n)
  return v < 1024 ? `${v} B` : v < 1048576 ? `${(v / 1024).toFixed(1)} KB` : `${(v / 1048576).toFixed(1)} MB`
}
