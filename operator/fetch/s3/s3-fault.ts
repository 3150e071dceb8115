import { FetchError, type FailureReason } from '../failure.ts';
import { readText } from '../http/body.ts';
import type { HttpResponse } from '../http/client.ts';
import { toStatusFault } from '../http/status-fault.ts';
import { readText as readXmlText } from '../object-store/xml.ts';

const maximumAnswerBytes = 64 * 1024;

const reasonsByCode: Readonly<Record<string, FailureReason>> = {
  AccessDenied: 'Forbidden',
  InvalidAccessKeyId: 'CredentialsRefused',
  SignatureDoesNotMatch: 'CredentialsRefused',
  ExpiredToken: 'CredentialsRefused',
  InvalidToken: 'CredentialsRefused',
  NoSuchBucket: 'NotFound',
  NoSuchKey: 'NotFound',
  NoSuchVersion: 'SourceChanged',
  PreconditionFailed: 'SourceChanged',
  RequestTimeTooSkewed: 'ServerFailed',
  PermanentRedirect: 'RedirectRefused',
  AuthorizationHeaderMalformed: 'RedirectRefused',
  SlowDown: 'ServerFailed',
};

/** What an answer of S3 other than success means; its code says more than the status. */
export async function toS3Fault(what: string, response: HttpResponse, region: string): Promise<FetchError> {
  const bucketRegion = response.header('x-amz-bucket-region');
  const xml = await readText(response, maximumAnswerBytes);
  const code = readXmlText(xml, 'Code');
  if (bucketRegion !== undefined && bucketRegion !== region) {
    return new FetchError(
      'RedirectRefused',
      `${what}: got region ${region}, the bucket is in ${bucketRegion}; set the region of the source`,
    );
  }
  const detail = `${code} ${readXmlText(xml, 'Message')}`.trim();
  return toStatusFault(what, response.status, detail, reasonsByCode[code]);
}
