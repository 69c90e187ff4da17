/** Time in the browser: what the page waits for, and when it has heard last. */
export function after(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}

export function browserMs(): number {
  return Date.now();
}
