/**
 * The known word that a misspelt one most likely means, or null when none is near: by default when
 * more than a third of it would have to change.
 */
export function nearestWord(
  word: string,
  known: Iterable<string>,
  changesMax = Math.max(1, Math.floor(word.length / 3)),
): string | null {
  let nearest: string | null = null;
  let best = changesMax + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

/** How many letters must be added, left out, replaced or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let twoBack: number[] = [];
  let back = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let distance = Math.min(
        (back[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (back[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) distance = Math.min(distance, (twoBack[column - 2] ?? 0) + 1);
      current.push(distance);
    }
    twoBack = back;
    back = current;
  }
  return back[b.length] ?? 0;
}
