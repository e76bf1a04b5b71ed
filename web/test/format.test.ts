import { describe, expect, it } from 'vitest'
import { queryText, uuid } from '../src/api'
import { addMonths, count, instant, money, monthName, percent } from '../src/lib/format'
import { toneOf } from '../src/lib/tone'

describe('values for people', () => {
  it('shows fen as yuan without losing a fen', () => {
    expect(money(386050)).toBe('¥3,860.50')
    expect(money(120000000)).toBe('¥1,200,000')
    expect(money(-5)).toBe('¥-0.05')
    expect(money(7)).toBe('¥0.07')
    expect(money(null)).toBe('—')
    expect(money('9007199254740991')).toBe('¥90,071,992,547,409.91')
  })
  it('shows instants by the clock of China, whatever the zone of the browser', () => {
    expect(instant(1577807999)).toBe('2019-12-31 23:59')
    expect(instant(1577808000)).toBe('2020-01-01 00:00')
  })
  it('steps months over the ends of years', () => {
    expect(addMonths('2019-01', -1)).toBe('2018-12')
    expect(addMonths('2019-11', 3)).toBe('2020-02')
    expect(monthName('2019-03')).toBe('2019年3月')
  })
  it('counts and shares', () => {
    expect(count(8470)).toBe('8,470')
    expect(count(undefined)).toBe('—')
    expect(percent(1.62)).toBe('162%')
    expect(percent(0.185)).toBe('18.5%')
  })
})

describe('requests', () => {
  it('leaves out what is empty and joins lists', () => {
    expect(queryText({ a: '', b: null, c: ['X', 'Y'], d: 0 })).toBe('?c=X%2CY&d=0')
    expect(queryText({})).toBe('')
  })
  it('makes version 4 identifiers without a secure context', () => {
    const own = Object.getOwnPropertyDescriptor(crypto, 'randomUUID')
    Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true })
    const a = uuid()
    if (own) Object.defineProperty(crypto, 'randomUUID', own)
    else delete (crypto as { randomUUID?: unknown }).randomUUID
    expect(a).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})

describe('states', () => {
  it('never paints a refusal green', () => {
    for (const code of ['REJECTED', 'PAYMENT_FAILED', 'NO_SHOW', 'NOT_WORKING', 'CONFLICT']) expect(toneOf(code), code).toBe('bad')
    for (const code of ['PAID', 'CONFIRMED', 'HANDED_OVER', 'APPROVED']) expect(toneOf(code), code).toBe('good')
    expect(toneOf('NOT_ELIGIBLE')).toBe('calm')
  })
})
