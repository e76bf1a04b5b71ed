// Small settings of this browser (columns, density, theme). Never personal data.
export function load<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(`queqiao.${key}`)
    return text === null ? otherwise : (JSON.parse(text) as T)
  } catch {
    return otherwise
  }
}

export function save(key: string, value: unknown): void {
  try {
    localStorage.setItem(`queqiao.${key}`, JSON.stringify(value))
  } catch {
    // A full or forbidden store only means the setting is not kept.
  }
}
