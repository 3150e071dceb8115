import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { FetchError } from '../failure.ts';
import type { Budget } from '../limits.ts';
import type { HttpResponse } from './client.ts';

/** The answer as text. Fails when it is longer than an answer of that kind is. */
export async function readText(response: HttpResponse, maximumBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > maximumBytes) {
      throw new FetchError('ServerFailed', `${response.url.host}: got an answer of more than ${maximumBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The answer, counted: refused by its announced length or at the first byte too many. */
export async function* countDownload(response: HttpResponse, budget: Budget): AsyncIterable<Uint8Array> {
  const announced = Number(response.header('content-length') ?? 0);
  try {
    budget.refuseDownload(announced);
  } catch (error) {
    response.discard();
    throw error;
  }
  for await (const chunk of response.body) {
    budget.addDownload(chunk.length);
    yield chunk;
  }
}

/** Writes an answer into a new file. */
export async function saveDownload(response: HttpResponse, path: string, budget: Budget): Promise<void> {
  await pipeline(countDownload(response, budget), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
}
