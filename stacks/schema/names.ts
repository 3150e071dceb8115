import { z } from 'zod';

/** RFC 1123 label: namespaces, environments, clusters. */
export const dnsLabel = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'a DNS label: lower-case letters, digits and hyphens');

export const hostName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'a host name in lower case');

const portNumber = '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';

export const hostPort = z
  .string()
  .regex(
    new RegExp(`^[a-z0-9]([-a-z0-9.]*[a-z0-9])?:${portNumber}$`),
    'a host and a port, for example minio.minio.svc:9000',
  );

/** Names inside a broker. */
export const brokerName = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9/._:-]+$/, 'a name of letters, digits and / . _ : -');

const octet = '(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])';

export const cidr = z
  .string()
  .regex(new RegExp(`^(${octet}\\.){3}${octet}/(3[0-2]|[12]?[0-9])$`), 'an IPv4 range, for example 10.0.0.0/16');

export const repository = z
  .string()
  .max(255)
  .regex(/^[a-z0-9]+([._/-][a-z0-9]+)*$/, 'an image repository without registry and tag');

export const port = z.int().min(1).max(65535);

/** Address of a web page or folder, without the slash at its end. */
export const webAddress = z
  .string()
  .regex(/^https?:\/\/[a-z0-9.-]+(:\d+)?(\/[\w.~-]+)*$/, 'an http or https address that does not end in a slash');
