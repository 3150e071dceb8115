import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { locatePython } from '../../tools/real-parts/locate.ts';

const answerSchema = z.object({
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

export type AwsProperties = Readonly<Record<string, unknown>>;

/** A call that AWS, or its client, refused. */
export class AwsError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
  }

  /** Whether what was asked for is not there. */
  get isMissing(): boolean {
    return /NotFound|NoSuch|NonExistentQueue|^404$/.test(this.code);
  }
}

export interface AwsClient {
  readonly region: string;
  /** Calls an operation by the name that boto3 has for it; a refusal is an {@link AwsError}. */
  call(this: void, service: string, operation: string, parameters?: AwsProperties): Promise<AwsProperties>;
  close(this: void): void;
}

/** A client that finds its endpoint, region and credentials in `environment`; it refuses every endpoint but 127.0.0.1. */
export function connectAws(environment: NodeJS.ProcessEnv): AwsClient {
  const script = join(import.meta.dirname, 'aws-calls.py');
  // a profile would come before the credentials
  const env = { ...environment, AWS_PROFILE: undefined };
  const child = spawn(locatePython(), [script], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting: { resolve(result: AwsProperties): void; reject(error: Error): void }[] = [];
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  child.stdin.on('error', () => {});
  child.on('close', () => {
    for (const one of waiting.splice(0)) one.reject(new Error(`the AWS client has ended: ${complaint.trim()}`));
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { result = {}, error } = answerSchema.parse(JSON.parse(line));
    const next = waiting.shift();
    if (error === undefined) next?.resolve(result);
    else next?.reject(new AwsError(error.code, error.message));
  });
  return {
    region: environment['AWS_REGION'] ?? '',
    call: (service, operation, parameters = {}) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify({ service, operation, parameters })}\n`);
      }),
    close: () => {
      child.stdin.end();
    },
  };
}
