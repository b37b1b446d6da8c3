/**
 * JSON text of a part of a response, in UTF-8: each character of `bytes` is one byte. The database answers in UTF-8
 * and clients receive it, so no string of characters is made in between.
 */
export class ResponseText {
  constructor(readonly bytes: string) {}

  static of(text: string): ResponseText {
    return new ResponseText(inUtf8(text));
  }

  get text(): string {
    return Buffer.from(this.bytes, 'latin1').toString('utf8');
  }
}

/** A text in UTF-8, each byte as one character. */
export function inUtf8(text: string): string {
  return BEYOND_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

const BEYOND_ASCII = /[^\0-\x7f]/;
