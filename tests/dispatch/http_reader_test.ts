import { Buffer } from "node:buffer";
import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { HttpReader, NotHttpError } from "../../src/dispatch/http_reader.ts";

/** What is read of an answer that comes in pieces of so many bytes. */
function read(text: string, pieceBytes = Infinity): HttpReader {
  const reader = new HttpReader();
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    reader.push(bytes.subarray(at, Math.min(bytes.length, at + pieceBytes)));
  }
  return reader;
}

const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n" +
  "5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: x\r\n\r\n";

describe("HttpReader", () => {
  it("reads an answer, however it is cut into pieces", () => {
    const text =
      "HTTP/1.0 303 See Other\r\nLOCATION:/web\r\nSet-Cookie: a=1\r\nset-cookie: b=2 \r\n" +
      "Content-Length: 5\r\n\r\nhello";

    for (const pieceBytes of [1, 2, 3, 7, Infinity]) {
      const { head, bodyStart, isOver } = read(text, pieceBytes);
      assertEquals(head, { status: 303, location: "/web", cookies: ["a=1", "b=2"] });
      assertEquals([bodyStart, isOver], ["hello", true]);
    }
  });

  it("puts chunks together", () => {
    for (const pieceBytes of [1, 2, 3, 7, Infinity]) {
      const { bodyStart, bodyBytes, isOver } = read(CHUNKED, pieceBytes);
      assertEquals([bodyStart, bodyBytes, isOver], ["hello!", 6, true]);
    }
  });

  it("knows whether an answer is complete when the connection closes", () => {
    const isComplete = (text: string) => read(text).close();

    assertEquals(isComplete("HTTP/1.1 200 OK\r\n\r\nhel"), true, "it ends with the connection");
    assertEquals(isComplete("HTTP/1.1 204 No Content\r\n\r\n"), true);
    assertEquals(isComplete("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), true);
    assertEquals(isComplete("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"), false);
    assertEquals(isComplete("HTTP/1.1 200 OK\r\n"), false);
    assertEquals(isComplete(""), false);
    assertEquals(read(CHUNKED.slice(0, -2)).close(), false);
  });

  it("waits for the answer that follows a provisional one", () => {
    const { head, isOver } = read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 No\r\n\r\n", 9);

    assertEquals([head?.status, isOver], [500, false]);
  });

  it("keeps only the start of a long body", () => {
    const { bodyStart, bodyBytes } = read(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(5_000)}`, 999);

    assertEquals([bodyStart.length, bodyBytes], [1_024, 5_000]);
  });

  it("tells what is not HTTP from its first bytes", () => {
    for (const text of ["S", "SSH-2.0\r\n", "\x15\x03\x01", "HTTP/2 200\r\n\r\n"]) {
      assertThrows(() => read(text), NotHttpError);
    }
    assertThrows(() => read("HTTP/1.1 ok\r\n\r\n"), NotHttpError);
    assertEquals(read("HTT").head, null);
  });

  it("takes no answer that cannot be understood, nor one without end", () => {
    const head = "HTTP/1.1 200 OK\r\n";
    const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n`;
    for (
      const text of [
        `${head}A: ${"x".repeat(17_000)}`,
        `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
        `${head}Content-Length: -1\r\n\r\n`,
        `${chunked}x\r\n`,
        `${chunked}1 1\r\n`,
        chunked + "1".repeat(2_000),
      ]
    ) assertThrows(() => read(text, 500), Error, "answer");
  });
});
