/**
 * Deep equality as `@std/assert` means it: NaN equals NaN, 0 equals -0, a property that is
 * undefined is not the same as none, and only objects of the same class are equal.
 */
export function equal(a: unknown, b: unknown): boolean {
  return equalWithin(a, b, new Map());
}

type Seen = Map<object, object>;

function equalWithin(a: unknown, b: unknown, seen: Seen): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (!haveSameClass(a, b)) return false;
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
  if (a instanceof Set && b instanceof Set) return equalSets(a, b, seen);
  if (a instanceof Map && b instanceof Map) return equalMaps(a, b, seen);
  if (a instanceof Error && b instanceof Error) {
    if (a.name !== b.name || a.message !== b.message) return false;
  }
  return equalProperties(a, b, seen);
}

function haveSameClass(a: object, b: object): boolean {
  const classOf = (it: object) => it.constructor ?? Object;
  return classOf(a) === classOf(b);
}

function equalProperties(a: object, b: object, seen: Seen): boolean {
  if (ArrayBuffer.isView(a) && a.byteLength !== (b as ArrayBufferView).byteLength) return false;
  if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
  const keys = Reflect.ownKeys(a).filter((key) => isEnumerable(a, key));
  const count = Reflect.ownKeys(b).filter((key) => isEnumerable(b, key)).length;
  if (keys.length !== count) return false;
  return keys.every((key) =>
    isEnumerable(b, key) && equalWithin(Reflect.get(a, key), Reflect.get(b, key), seen)
  );
}

function isEnumerable(owner: object, key: PropertyKey): boolean {
  return Object.prototype.propertyIsEnumerable.call(owner, key);
}

function equalSets(a: Set<unknown>, b: Set<unknown>, seen: Seen): boolean {
  if (a.size !== b.size) return false;
  return [...a].every((it) => b.has(it) || [...b].some((other) => equalWithin(it, other, seen)));
}

function equalMaps(a: Map<unknown, unknown>, b: Map<unknown, unknown>, seen: Seen): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([key, value]) => {
    if (b.has(key)) return equalWithin(value, b.get(key), seen);
    return [...b].some((entry) => equalWithin([key, value], entry, seen));
  });
}
