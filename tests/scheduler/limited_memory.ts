import { Buffer } from "node:buffer";
import { CORE_WASM_BASE64 } from "../../src/scheduler/core_wasm.ts";

const MEMORY_SECTION = 5;
const HEADER_BYTES = 8;

/** The core with a memory that ends at so many pages of 64 KiB, as an engine may limit it. */
export function coreWithPages(pageMax: number): WebAssembly.Module {
  const bytes = Buffer.from(CORE_WASM_BASE64, "base64");
  let at = HEADER_BYTES;
  while (bytes[at] !== MEMORY_SECTION) {
    const length = readNumber(bytes, at + 1);
    at = length.end + length.value;
  }
  const length = readNumber(bytes, at + 1);
  // One memory, without flags: only its initial size follows.
  const initial = readNumber(bytes, length.end + 2);
  const memory = [1, 1, ...numberBytes(initial.value), ...numberBytes(pageMax)];
  return new WebAssembly.Module(Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from([MEMORY_SECTION, memory.length, ...memory]),
    bytes.subarray(initial.end),
  ]));
}

/** LEB128, as WebAssembly writes numbers. */
function readNumber(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start, shift = 0;; at++, shift += 7) {
    value |= (bytes[at]! & 0x7f) << shift;
    if (bytes[at]! < 0x80) return { value, end: at + 1 };
  }
}

function numberBytes(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...numberBytes(value >> 7)];
}
