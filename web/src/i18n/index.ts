// Own translation: one table of [中文, English] pairs with {name} placeholders. Labels of records, fields,
// states and operations come from the server in both languages (`label`).
import { ref } from 'vue'
import { load, save } from '../lib/local'
import { texts } from './texts'

export type Lang = 'zh' | 'en'
export type Key = keyof typeof texts

export const lang = ref<Lang>(load<Lang>('lang', 'zh'))

export function setLang(to: Lang): void {
  lang.value = to
  save('lang', to)
  document.documentElement.lang = to === 'zh' ? 'zh-CN' : 'en'
}

// Rooms with many words of their own bring a table of their own, which arrives with them.
export type Table = Record<string, readonly [string, string]>
export function translator<T extends Table>(table: T): (key: keyof T, params?: Record<string, string | number>) => string {
  return (key, params) => {
    const text: string = table[key]![lang.value === 'zh' ? 0 : 1]
    return params ? text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? '')) : text
  }
}
export const t = translator(texts)

// The text of the reader's language; the other one when a side is missing.
export function label(x: { zh?: string; en?: string } | undefined | null): string {
  if (!x) return ''
  if (lang.value === 'zh') return x.zh || x.en || ''
  const text = x.en || x.zh || ''
  return /^[a-z]/.test(text) ? text[0]!.toUpperCase() + text.slice(1) : text
}

// Keys made from data (states of imports, journal actions): the translation, or undefined.
export function tMaybe(key: string): string | undefined {
  return key in texts ? t(key as Key) : undefined
}
