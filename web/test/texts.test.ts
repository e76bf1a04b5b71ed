import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { matching } from '../src/i18n/matching'
import { texts } from '../src/i18n/texts'

const src = new URL('../src/', import.meta.url).pathname
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((f) => /\.(vue|ts)$/.test(f) && !f.endsWith('.d.ts'))
const TABLES = new Set(['i18n/texts.ts', 'i18n/matching.ts'])
const sources = files.filter((f) => !TABLES.has(f)).map((f) => ({ f, text: readFileSync(join(src, f), 'utf8') }))
const holes = (s: string): string[] => [...s.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!).sort()

describe('texts', () => {
  it('are complete in both languages, with the same places to fill', () => {
    for (const [key, [zh, en]] of [...Object.entries(texts), ...Object.entries(matching)] as [string, readonly [string, string]][]) {
      expect(zh.trim(), key).not.toBe('')
      expect(en.trim(), key).not.toBe('')
      expect(holes(en), key).toEqual(holes(zh))
      expect(/[一-鿿]/.test(en), `${key}: Chinese in the English text`).toBe(false)
      expect(/[A-Za-z]{4,}/.test(zh.replace(/\{\w+\}|xlsx|csv|Excel|JavaScript|yaml/gi, '')), `${key}: English in the Chinese text`).toBe(false)
    }
  })

  it('are all used', () => {
    const all = sources.map((s) => s.text).join('\n')
    const made = [/^month\./, /^source\./, /^import\.state\./, /^history\./, /^error\./, /^group\./, /^rule\./, /^result\./, /^verdict\./, /^stretch\./, /^problem\./, /^payment\.[A-Z]/, /^bank\./, /^cure\./, /^change\.[A-Z]/, /^whatif\.[A-Z]/, /^decision\.evidence\./, /^claims\..*_by$/, /^correction\.line\./, /^claims\.(role|event)\./]
    const unused = Object.keys(texts).filter((k) => !all.includes(`'${k}'`) && !made.some((m) => m.test(k)))
    expect(unused).toEqual([])
    const madeOfMatching = [/^state\./, /^since\./, /^changes\.[A-Z]/, /^weight\./, /^weights\.group\./, /^cond\./, /^tab\./, /^list\.[A-Z]/, /^try\./, /^fair\.by\./, /^cmp\.turn\./, /^left\./]
    expect(Object.keys(matching).filter((k) => !all.includes(`'${k}'`) && !madeOfMatching.some((m) => m.test(k)))).toEqual([])
  })

  it('hold every visible word: no Chinese text stands in a component', () => {
    const allowed = new Set(['components/Gate.vue', 'shell/Shell.vue', 'lib/format.ts', 'lib/place.ts']) // the button that names the other language; units of dates and sums, kinds of places
    for (const { f, text } of sources) {
      if (allowed.has(f)) continue
      const bare = text.replace(/\/\/.*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '').replace(/<!--[\s\S]*?-->/g, '')
      expect(/[一-鿿]/.test(bare), f).toBe(false)
    }
  })
})
